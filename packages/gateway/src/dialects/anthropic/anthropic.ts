/**
 * Anthropic's Messages API (`POST /v1/messages`, version 2023-06-01) spoken as OpenAI chat completions.
 *
 * Source: platform.claude.com/docs (messages, streaming, thinking, structured outputs, errors) and the types of
 * @anthropic-ai/sdk 1.12.
 */
import type { Dialect } from '../dialect.ts'
import { readError } from './read-error.ts'
import { createAnthropicStreamMap } from './stream-map.ts'
import { toCompletion } from './to-completion.ts'
import { toRequest } from './to-request.ts'

export const anthropic: Dialect = {
  toRequest,
  toCompletion,
  createStreamMap: createAnthropicStreamMap,
  readError,
}
