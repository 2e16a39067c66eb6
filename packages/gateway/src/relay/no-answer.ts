/** JSON with a success status that is not an answer → a failure, with the provider's own words where it has any. */
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
