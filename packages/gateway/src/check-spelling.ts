/**
 * Refuses a member that differs only by its case from one that the gateway reads. Go's JSON reader, as in Ollama, takes
 * `Model` for `model`, and of both the last: a caller could name one model to the gateway and another to the provider,
 * past what it may use, what it costs and what limits reserve for it.
 */
import { outputMembers, promptMembers } from './admission/token-estimate.ts'
import { GatewayError } from './errors.ts'
import { guardedMembers } from './guardrails/guard-request.ts'

const read = [
  ...['model', 'stream', 'stream_options', 'metadata', 'user', 'n', 'best_of'],
  ...promptMembers,
  ...guardedMembers,
  ...outputMembers,
]
const exact = new Set(read)
// Unicode's case folding, which Go applies too: the Kelvin sign is a `k`, and the long s an `s`.
const folded = new RegExp(`^(?:${read.join('|')})$`, 'iu')

/** Throws `invalid_request`. */
export function checkSpelling(json: object): void {
  for (const key of Object.keys(json)) {
    if (exact.has(key) || !folded.test(key)) continue
    const meant = read.find((each) => new RegExp(`^${key}$`, 'iu').test(each))
    throw new GatewayError(
      'invalid_request',
      `\`${key}\` is \`${meant}\` to some providers and not to others: write \`${meant}\`, in small letters.`,
    )
  }
}
