/** JSON with a good status that is no answer: what the provider says in it passes to the caller, as a failure. */
import { GatewayError } from '../errors.ts'
import { toToldFailure } from './told-failure.ts'

/** `words`: as `readWords` found them. */
export function toNoAnswer(provider: string, words: string | null): GatewayError {
  if (words !== null) return toToldFailure(provider, { message: words, code: null, status: null })
  return new GatewayError(
    'bad_response',
    `What ${provider} sent is no answer to the request. Is params.baseUrl in gateway.yaml the right address?`,
  )
}
