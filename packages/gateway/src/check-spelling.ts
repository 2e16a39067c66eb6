/**
 * Refuses a member that differs only by case from one that the gateway reads. Go's JSON reader, which Ollama uses,
 * takes `Model` for `model`, and the last of both wins: a caller could name one model to the gateway and another to the
 * provider, and get around allowed models, costs, limits and guardrails.
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
// With Unicode's case folding, which Go applies too: the Kelvin sign counts as `k`, and the long s as `s`.
const folded = new RegExp(`^(?:${read.join('|')})$`, 'iu')

/** Throws `invalid_request`. */
export function checkSpelling(json: object): void {
  for (const key of Object.keys(json)) {
    if (exact.has(key) || !folded.test(key)) continue
    const meant = read.find((each) => new RegExp(`^${key}$`, 'iu').test(each))
    throw new GatewayError(
      'invalid_request',
      `\`${key}\` means \`${meant}\` to some providers and nothing to others: write \`${meant}\`, in lower case.`,
    )
  }
}
