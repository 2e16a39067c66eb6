/** What a call that is over counts for in its limits: the provider's own count; where there is none, the best that is known. */
import type { Usage } from '@drag-race/contracts'
import type { Call } from '../call.ts'
import type { Outcome } from '../ledger/record.ts'

export function spentTokens(call: Call, outcome: Outcome): number {
  // Attempts that broke off before the last one were billed too.
  const before = call.attempts.slice(0, -1).reduce((sum, { usage }) => sum + countOf(usage), 0)
  return before + spentLast(call, outcome)
}

function spentLast({ asked, attempts, facts }: Call, outcome: Outcome): number {
  // An answer from the cache tells the usage of the call that it was made for.
  if (!asked || attempts.length === 0) return 0
  if (facts.usage) return countOf(facts.usage)
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

function countOf(usage: Usage | null): number {
  return usage === null ? 0 : usage.inputTokens + usage.outputTokens
}
