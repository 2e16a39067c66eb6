/** An error inside a response with a success status: it is treated like a refusal. */
import type { ChunkError } from '@drag-race/contracts'
import { readReason } from '../dialects/openai/refusal-reason.ts'
import { shortenMessage } from '../dialects/provider-words.ts'
import { GatewayError } from '../errors.ts'

/** OpenRouter and others answer 200, and put the real status into the body. */
export function toToldFailure(provider: string, { message: words, code, status }: ChunkError): GatewayError {
  const isTold = status !== null && status >= 400
  return new GatewayError('stream_error', `${provider} failed: ${words}`, {
    status: isTold ? status : undefined,
    // Without a status, only the code can say that the request is at fault.
    reason: readReason({ status: isTold ? status : 400, code, message: shortenMessage(words) }),
  })
}
