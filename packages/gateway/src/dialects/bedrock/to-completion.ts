/** A whole Converse answer → a chat completion. */
import { createChunkWriter } from '../chunk-writer.ts'
import type { AnswerContext, ChatCompletion } from '../dialect.ts'
import { badAnswer } from '../dialect-error.ts'
import { foldChunks } from '../fold-chunks.ts'
import { record, records, text } from '../read-json.ts'
import { createBlockReader } from './block-reader.ts'
import { finish } from './finish.ts'
import { mapUsage } from './map-usage.ts'

export function toCompletion(body: unknown, context: AnswerContext): ChatCompletion {
  const { output, stopReason, usage } = record(body)
  const { content } = record(record(output).message)
  const reason = text(stopReason)
  if (!Array.isArray(content) || reason === '') {
    throw badAnswer(
      'What the provider answered is no answer of Converse. Is params.baseUrl in gateway.yaml the right address?',
    )
  }
  const writer = createChunkWriter(context)
  const blocks = createBlockReader(writer)
  for (const [index, block] of records(content).entries()) {
    blocks.open(index, block)
    blocks.add(index, block)
    blocks.close(index)
  }
  finish(writer, reason)
  const counts = mapUsage(usage)
  if (counts) writer.usage(counts)
  return foldChunks(writer.take())
}
