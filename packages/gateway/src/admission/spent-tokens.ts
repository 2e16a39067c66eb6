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
  // As it is booked: an answer that broke off is estimated there.
  const usage = attempts.at(-1)!.usage ?? facts.usage
  if (usage) return countOf(usage)
  const { inputTokens, outputTokens } = asked.estimate
  switch (outcome.kind) {
    case 'ok':
      // Whole, and its provider counts nothing. What was sent is about a token a chunk; unstreamed it is not known.
      return inputTokens + (asked.isStream ? facts.chunks : outputTokens)
    // Providers bill no answer that never began; one that did has its usage.
    case 'failed':
    case 'caller-gone':
      return 0
  }
}

function countOf(usage: Usage | null): number {
  return usage === null ? 0 : usage.inputTokens + usage.outputTokens
}
