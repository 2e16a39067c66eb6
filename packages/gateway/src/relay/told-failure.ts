/** An error inside an answer whose status was good, before any of the answer itself: as good as a refusal. */
import type { ChunkError } from '@drag-race/contracts'
import { readReason } from '../dialects/openai/refusal-reason.ts'
import { shortenMessage } from '../dialects/provider-words.ts'
import { GatewayError } from '../errors.ts'

/** OpenRouter, among others: 200, and the real status in the body. */
export function toToldFailure(provider: string, { message: words, code, status }: ChunkError): GatewayError {
  const isTold = status !== null && status >= 400
  return new GatewayError('stream_error', `${provider} failed: ${words}`, {
    status: isTold ? status : undefined,
    // Without a status the code alone may say that it was the request.
    reason: readReason({ status: isTold ? status : 400, code, message: shortenMessage(words) }),
  })
}
