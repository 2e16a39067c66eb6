/**
 * Anthropic's stream → OpenAI's chunks.
 *
 * `message_start`, then per content block `content_block_start`, `…_delta`, `content_block_stop`, then `message_delta`
 * with the stop reason and `message_stop`. `ping` can come anywhere, `error` too, with a 200. Unknown events count as
 * keep-alives.
 */
import type { ChunkWriter } from '../chunk-writer.ts'
import type { AnswerContext, StreamMap } from '../dialect.ts'
import { DialectError } from '../dialect-error.ts'
import { count, isRecord, record, text } from '../read-json.ts'
import { createSseReader } from '../sse-reader.ts'
import { createStreamMap, type StreamReader } from '../stream-map.ts'
import { createBlockReader } from './block-reader.ts'
import { mapStopReason } from './map-stop-reason.ts'
import { mapUsage } from './map-usage.ts'
import { toStreamFault } from './read-error.ts'

export function createAnthropicStreamMap(context: AnswerContext): StreamMap {
  return createStreamMap(context, openReader)
}

function openReader(writer: ChunkWriter): StreamReader {
  const sse = createSseReader()
  const blocks = createBlockReader(writer)
  // The first count and the last are all that is needed: they are cumulative. Only the last is of the whole answer.
  let first: unknown
  let last: unknown

  const writeUsage = () => {
    const usage = isRecord(last) ? mapUsage([first, last]) : null
    if (usage) writer.usage(usage)
  }
  const read = (event: Record<string, unknown>) => {
    const index = count(event.index) ?? 0
    switch (event.type) {
      case 'message_start': {
        const message = record(event.message)
        first = message.usage
        const counted = mapUsage([first])
        if (counted) writer.counted(counted)
        writer.about({ id: text(message.id), model: text(message.model) })
        return writer.begin()
      }
      case 'content_block_start':
        writer.opened()
        return blocks.open(index, record(event.content_block))
      case 'content_block_delta':
        return blocks.add(index, record(event.delta))
      case 'content_block_stop':
        return blocks.close(index)
      case 'message_delta': {
        last = event.usage ?? last
        const reason = text(record(event.delta).stop_reason)
        if (reason !== '') writer.finish(mapStopReason(reason), reason)
        return
      }
      case 'message_stop':
        if (writer.state !== 'finished') return
        writeUsage()
        return writer.done()
      case 'error':
        throw new DialectError(toStreamFault(record(event.error)))
      default:
        return writer.keepAlive()
    }
  }

  return {
    read(bytes) {
      for (const event of sse.push(bytes)) {
        if (event) read(event)
        else writer.keepAlive()
      }
    },
    end() {
      for (const event of sse.end()) if (event) read(event)
      if (writer.state === 'finished') writeUsage()
    },
  }
}
