/**
 * Reads frames as events.
 *
 * Frames go to the parser whole: it drops a line that cannot be a field as soon as it sees the start of it, so
 * llama-box's `error: {…}` (an unknown field, and the only sign of a failure) would be lost when it arrives in pieces.
 */
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { FrameTooLarge, frameBytesMax } from './frames.ts'

export interface Frame {
  /** The event's data; null for a frame of comments only. */
  data: string | null
  event: string | null
  /** Keep-alives and the like, which are no events. */
  comments: number
  /** Fields that are not in the standard, in order. */
  unknown: { field: string; value: string }[]
}

/** Reads one frame as `createFrameSplitter` cuts it, or the rest of a stream that ended without a blank line. */
export function readFrame(bytes: Uint8Array): Frame {
  const frame: Frame = { data: null, event: null, comments: 0, unknown: [] }
  const parser = createParser({
    onEvent(message) {
      frame.data = message.data
      frame.event = message.event ?? null
    },
    onComment() {
      frame.comments++
    },
    onError(error) {
      if (error.type === 'unknown-field')
        frame.unknown.push({ field: error.field ?? '', value: error.value ?? '' })
    },
  })
  parser.feed(utf8.decode(bytes))
  // For a rest without its blank line; harmless after one.
  parser.feed('\n\n')
  return frame
}

/**
 * Decodes a stream of bytes as it arrives: yields, for each read, the events that it completed. Keep-alives are left
 * out. Throws `FrameTooLarge` when an event does not end. A read at a time, because to yield every event costs a turn
 * of the caller's loop for each, and the page gets thousands a second.
 */
export async function* decodeEvents(stream: AsyncIterable<Uint8Array>): AsyncGenerator<EventSourceMessage[]> {
  let events: EventSourceMessage[] = []
  const parser = createParser({
    onEvent: (event) => void events.push(event),
    onError(error) {
      // The standard says how every other fault is treated.
      if (error.type === 'max-buffer-size-exceeded') {
        throw new FrameTooLarge(`No end of event within ${frameBytesMax} characters.`)
      }
    },
    maxBufferSize: frameBytesMax,
  })
  const utf8 = new TextDecoder()
  for await (const bytes of stream) {
    parser.feed(utf8.decode(bytes, { stream: true }))
    if (events.length > 0) yield events
    events = []
  }
  // By the standard an event whose blank line never came is dropped, so a cut stream gives no half event.
}

const utf8 = new TextDecoder()
