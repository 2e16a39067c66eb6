/** Gemini's stream (`alt=sse`, CRLF, no end marker) → OpenAI's chunks. Only its end shows whether it is whole. */
import type { AnswerContext, StreamMap } from '../dialect.ts'
import { createSseReader } from '../sse-reader.ts'
import { createStreamMap } from '../stream-map.ts'
import { createAnswerReader } from './answer-reader.ts'

export function createGeminiStreamMap(context: AnswerContext): StreamMap {
  return createStreamMap(context, (writer) => {
    const sse = createSseReader()
    const answer = createAnswerReader(writer, context.id)
    return {
      read(bytes) {
        for (const response of sse.push(bytes)) {
          if (response) answer.add(response)
          else writer.keepAlive()
        }
      },
      end() {
        for (const response of sse.end()) if (response) answer.add(response)
        answer.end()
      },
    }
  })
}
