/**
 * ConverseStream → OpenAI's chunks: `messageStart`, `contentBlockStart` (tool calls only), `contentBlockDelta`,
 * `contentBlockStop`, `messageStop` with the stop reason, `metadata` with the usage. An exception comes as an event,
 * with a 200.
 */
import { checkEvent, notJson } from '../check-event.ts'
import type { ChunkWriter } from '../chunk-writer.ts'
import type { AnswerContext, StreamMap } from '../dialect.ts'
import { DialectError } from '../dialect-error.ts'
import { count, isRecord, parseJson, record, text } from '../read-json.ts'
import { createStreamMap, type StreamReader } from '../stream-map.ts'
import { createBlockReader } from './block-reader.ts'
import { createEventStreamDecoder, type EventMessage } from './event-stream.ts'
import { finish } from './finish.ts'
import { mapUsage } from './map-usage.ts'
import { toStreamFault } from './read-error.ts'

export function createBedrockStreamMap(context: AnswerContext): StreamMap {
  return createStreamMap(context, openReader)
}

function openReader(writer: ChunkWriter): StreamReader {
  const decoder = createEventStreamDecoder()
  const blocks = createBlockReader(writer)

  const read = (type: string | undefined, event: Record<string, unknown>) => {
    const index = count(event.contentBlockIndex) ?? 0
    switch (type) {
      case 'messageStart':
        return writer.begin()
      case 'contentBlockStart':
        return blocks.open(index, record(event.start))
      case 'contentBlockDelta': {
        const delta = record(event.delta)
        // No event opens a block of reasoning, and a piece of it can be sealed, or nothing but a signature.
        if (isRecord(delta.reasoningContent)) writer.opened()
        return blocks.add(index, delta)
      }
      case 'contentBlockStop':
        return blocks.close(index)
      case 'messageStop': {
        const reason = text(event.stopReason)
        if (reason !== '') finish(writer, reason)
        return
      }
      case 'metadata': {
        const usage = writer.state === 'finished' ? mapUsage(event.usage) : null
        if (!usage) return
        writer.usage(usage)
        return writer.done()
      }
      default:
        return writer.keepAlive()
    }
  }

  return {
    read(bytes) {
      for (const message of decoder.push(bytes)) read(message.headers[':event-type'], readEvent(message))
    },
    end() {},
  }
}

const utf8 = new TextDecoder()

/** Throws a `DialectError` for an exception. */
function readEvent({ headers, payload }: EventMessage): Record<string, unknown> {
  checkEvent(payload)
  const event = parseJson(utf8.decode(payload))
  const kind = headers[':message-type']
  if (kind === 'exception' || kind === 'error') {
    const type = headers[':exception-type'] ?? headers[':error-code'] ?? ''
    const said = record(event)
    const message = text(said.originalMessage) || text(said.message) || headers[':error-message'] || type
    throw new DialectError(toStreamFault(type, message))
  }
  if (isRecord(event)) return event
  throw notJson()
}
