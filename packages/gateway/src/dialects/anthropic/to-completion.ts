/** A whole message → a chat completion. */
import { createChunkWriter } from '../chunk-writer.ts'
import type { AnswerContext, ChatCompletion } from '../dialect.ts'
import { badAnswer, DialectError } from '../dialect-error.ts'
import { foldChunks } from '../fold-chunks.ts'
import { isRecord, record, records, text } from '../read-json.ts'
import { createBlockReader } from './block-reader.ts'
import { mapStopReason } from './map-stop-reason.ts'
import { mapUsage } from './map-usage.ts'
import { toStreamFault } from './read-error.ts'

export function toCompletion(body: unknown, context: AnswerContext): ChatCompletion {
  const message = record(body)
  if (isRecord(message.error)) throw new DialectError(toStreamFault(message.error))
  const reason = text(message.stop_reason)
  if (!Array.isArray(message.content) || reason === '') {
    throw badAnswer("What the provider answered is no message of Anthropic's dialect.")
  }
  const writer = createChunkWriter(context)
  writer.about({ id: text(message.id), model: text(message.model) })
  const blocks = createBlockReader(writer)
  for (const [index, block] of records(message.content).entries()) {
    blocks.open(index, block)
    blocks.close(index)
  }
  writer.finish(mapStopReason(reason), reason)
  const usage = mapUsage([message.usage])
  if (usage) writer.usage(usage)
  return foldChunks(writer.take())
}
