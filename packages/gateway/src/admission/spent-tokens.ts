/** What a call that is over counts for in its limits: the provider's own count; where there is none, the best that is known. */
import type { Call } from '../call.ts'
import type { Outcome } from '../ledger/record.ts'

export function spentTokens({ asked, attempts, facts }: Call, outcome: Outcome): number {
  if (facts.usage) return facts.usage.inputTokens + facts.usage.outputTokens
  if (!asked || attempts.length === 0) return 0
  const { inputTokens, outputTokens } = asked.estimate
  switch (outcome.kind) {
    case 'ok':
      // Whole, and its provider counts nothing. What was sent is about a token a chunk; unstreamed it is not known.
      return inputTokens + (asked.isStream ? facts.chunks : outputTokens)
    case 'failed':
      // Providers bill no answer that never began.
      return facts.firstTokenAtMs === null ? 0 : inputTokens + facts.chunks
    case 'caller-gone':
      // The prompt was read, whether or not somebody waited for the answer.
      return inputTokens + facts.chunks
  }
}
