/** Server-Sent Events with JSON in them, in any cuts → the JSON. What is no JSON ends the stream: an answer with a hole is none. */
import { createFrameSplitter, type FrameSplitter, FrameTooLarge, readFrame } from '@drag-race/wire'
import { checkEvent } from './check-event.ts'
import { badAnswer } from './dialect-error.ts'
import { isKeepAlive } from './keep-alive.ts'
import { isRecord, parseJson } from './read-json.ts'

/** `null` stands for a sign of life. */
export type SseMessage = Record<string, unknown> | null

export interface SseReader {
  /** One by one, so that what came before a broken event is handed out. Throws a `DialectError`. */
  push(bytes: Uint8Array): Iterable<SseMessage>
  /** The last event, where only its blank line was missing, or JSON without any `data:`; half of either is dropped. */
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
  throw badAnswer(
    'The provider sent an event that is not JSON in the middle of its answer. What arrived is incomplete.',
    'malformed_stream',
  )
}
