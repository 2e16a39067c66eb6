/**
 * Gemini's `generateContent` and `streamGenerateContent` (v1beta) spoken as OpenAI chat completions.
 *
 * Source: ai.google.dev/gemini-api/docs (generateContent, thinking, thought signatures, structured output, function
 * calling, file input) and the types of @google/genai 2.32.
 */
import type { Dialect } from '../dialect.ts'
import { readError } from './read-error.ts'
import { createGeminiStreamMap } from './stream-map.ts'
import { toCompletion } from './to-completion.ts'
import { toRequest } from './to-request.ts'

export const gemini: Dialect = {
  toRequest,
  toCompletion,
  createStreamMap: createGeminiStreamMap,
  readError,
}
