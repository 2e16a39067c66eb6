/**
 * A frame in a form that the openai SDK reads. It takes an empty `error`, which some providers write into each chunk,
 * for a failure, and `[DONE]` with a space behind it or an event that only keeps the connection alive for broken JSON:
 * each would fail a whole answer.
 */
import { isRecord, parseJsonOrNull, readError } from '@drag-race/contracts'
import { encodeComment, encodeEvent, isKeepAlive, readFrame } from '@drag-race/wire'

export function toSdkFrame(bytes: Uint8Array): Uint8Array {
  if (isPlainChunk(bytes)) return bytes
  if (isDoneFrame(bytes)) return done
  const frame = readFrame(bytes)
  const raw = parseJsonOrNull(frame.data ?? '')
  if (raw === null && isKeepAlive(frame)) return keepAlive
  // By its name an event is an error, however little it says.
  if (frame.event === 'error' || !isRecord(raw) || !raw.error || readError(raw)) return bytes
  return Buffer.from(encodeEvent({ data: JSON.stringify({ ...raw, error: null }) }))
}

/** A frame is parsed here only where it can be the end: the SDK parses each of them too. */
export function isDoneFrame(frame: Uint8Array): boolean {
  return asBuffer(frame).includes('[DONE]') && readFrame(frame).data?.trim() === '[DONE]'
}

const done = Buffer.from(encodeEvent({ data: '[DONE]' }))
const keepAlive = Buffer.from(encodeComment('keep-alive'))

/** Nearly all frames are chunks without an `error`: they are not parsed a second time. */
function isPlainChunk(frame: Uint8Array): boolean {
  const bytes = asBuffer(frame)
  return /^data: ?\{/.test(bytes.toString('latin1', 0, 8)) && !bytes.includes('"error"')
}

function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length)
}
