/**
 * Reads the body of an answer up to a bound; where it is longer, the rest is not read and the provider's socket is
 * closed. The byte order mark that some servers put first is left out: JSON must not begin with it (RFC 8259, 8.1).
 */
import { asBuffer } from '../as-buffer.ts'

export async function readAll(
  body: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of body) {
    parts.push(part)
    bytes += part.length
    if (bytes > bytesMax) return { bytes: withoutMark(Buffer.concat(parts, bytesMax)), isWhole: false }
  }
  return {
    bytes: withoutMark(parts.length === 1 ? asBuffer(parts[0]!) : Buffer.concat(parts)),
    isWhole: true,
  }
}

function withoutMark(bytes: Buffer): Buffer {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  return hasMark ? bytes.subarray(3) : bytes
}
