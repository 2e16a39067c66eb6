/**
 * Server-Sent Events with JSON in them, cut anywhere → the JSON. An event that cannot be read ends the stream with an
 * error, because it is no JSON object, has too many values or is nested too deeply: an answer with a hole in it is no
 * answer.
 */
import {
  createFrameSplitter,
  type FrameSplitter,
  FrameTooLarge,
  isKeepAlive,
  readFrame,
} from '@drag-race/wire'
import { checkEvent, notJson } from './check-event.ts'
import { badAnswer } from './dialect-error.ts'
import { isRecord, parseJson } from './read-json.ts'

/** `null` stands for a keep-alive: a comment, a ping. */
export type SseMessage = Record<string, unknown> | null

export interface SseReader {
  /** Yields one by one, so that the events before a broken one are handed out. Throws a `DialectError`. */
  push(bytes: Uint8Array): Iterable<SseMessage>
  /** The last event if only its blank line was missing, or JSON without any `data:`; half of either is dropped. */
  end(): SseMessage[]
}

const utf8 = new TextDecoder()

export function createSseReader(): SseReader {
  const splitter = createFrameSplitter()
  return {
    *push(bytes) {
      for (const frame of split(splitter, bytes)) yield readMessage(frame)
    },
    end() {
      const rest = splitter.rest()
      checkEvent(rest)
      const last = parseJson(readFrame(rest).data ?? utf8.decode(rest))
      return isRecord(last) ? [last] : []
    },
  }
}

function split(splitter: FrameSplitter, bytes: Uint8Array): Uint8Array[] {
  try {
    return splitter.push(bytes)
  } catch (error) {
    if (error instanceof FrameTooLarge)
      throw badAnswer(`The provider sent an event without end. ${error.message}`)
    throw error
  }
}

function readMessage(frame: Uint8Array): SseMessage {
  const read = readFrame(frame)
  checkEvent(frame)
  const message = read.data === null ? null : parseJson(read.data)
  if (isRecord(message)) return message
  if (isKeepAlive(read)) return null
  throw notJson()
}
