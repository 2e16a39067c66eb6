/** Reads an answer's body whole, up to a bound; leaving it at the bound closes the provider's socket. */
export async function readAll(
  body: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of body) {
    parts.push(part)
    bytes += part.length
    if (bytes > bytesMax) return { bytes: Buffer.concat(parts, bytesMax), isWhole: false }
  }
  return { bytes: parts.length === 1 ? toBuffer(parts[0]!) : Buffer.concat(parts), isWhole: true }
}

/** The same bytes, not a copy. */
function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
