/**
 * A frame in a form that the openai SDK reads. It takes an empty `error`, which some providers write into each chunk,
 * for a failure, and `[DONE]` with a space behind it for broken JSON: either would fail a whole answer.
 */
import { isRecord, parseJsonOrNull, readError } from '@drag-race/contracts'
import { encodeEvent, readFrame } from '@drag-race/wire'

/** Frames without either pass as they are, without a parse. */
export function toSdkFrame(frame: Uint8Array): Uint8Array {
  if (isDoneFrame(frame)) return done
  return asBuffer(frame).includes('"error"') ? withoutEmptyError(frame) : frame
}

/** A frame is parsed here only where it can be the end: the SDK parses each of them too. */
export function isDoneFrame(frame: Uint8Array): boolean {
  return asBuffer(frame).includes('[DONE]') && readFrame(frame).data?.trim() === '[DONE]'
}

const done = Buffer.from(encodeEvent({ data: '[DONE]' }))

function withoutEmptyError(frame: Uint8Array): Uint8Array {
  const { data, event } = readFrame(frame)
  const raw = parseJsonOrNull(data ?? '')
  // By its name an event is an error, however little it says.
  if (event === 'error' || !isRecord(raw) || !raw.error || readError(raw)) return frame
  return Buffer.from(encodeEvent({ data: JSON.stringify({ ...raw, error: null }) }))
}

function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length)
}
