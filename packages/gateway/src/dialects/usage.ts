/**
 * Token counts in OpenAI's form. The prompt includes what was read from and written to a cache, the completion includes
 * reasoning. Where a provider counts these apart, they are added up before they come here.
 */
import type { ChatUsage } from './dialect.ts'
import { count, isNumber } from './read-json.ts'

export interface TokenCounts {
  prompt: number
  completion: number
  cacheRead: number
  /** null when the provider does not say. */
  cacheWrite: number | null
  /** null when the provider does not say. */
  reasoning: number | null
}

/**
 * Is one of the counts negative, fractional or too large? Then the others are not believed either, and the answer has
 * no usage: a count that cannot be is not 0.
 */
export function hasImpossible(counts: readonly unknown[]): boolean {
  return counts.some((value) => isNumber(value) && count(value) === null)
}

export function toUsage({ prompt, completion, cacheRead, cacheWrite, reasoning }: TokenCounts): ChatUsage {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: cacheRead,
      ...(cacheWrite !== null && { cache_write_tokens: cacheWrite }),
    },
    ...(reasoning !== null && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  }
}
