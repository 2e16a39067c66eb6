/** A whole `GenerateContentResponse` → a chat completion. */
import { createChunkWriter } from '../chunk-writer.ts'
import type { AnswerContext, ChatCompletion } from '../dialect.ts'
import { badAnswer } from '../dialect-error.ts'
import { foldChunks } from '../fold-chunks.ts'
import { record } from '../read-json.ts'
import { createAnswerReader } from './answer-reader.ts'

export function toCompletion(body: unknown, context: AnswerContext): ChatCompletion {
  const writer = createChunkWriter(context)
  const answer = createAnswerReader(writer, context.id)
  answer.add(record(body))
  answer.end()
  if (writer.state !== 'finished')
    throw badAnswer("What the provider answered is no whole answer of Gemini's dialect.")
  return foldChunks(writer.take())
}
