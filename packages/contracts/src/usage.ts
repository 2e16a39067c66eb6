/**
 * Token counts of one call, in one form, whatever the provider called them.
 *
 * Providers count reasoning in different places: OpenAI inside `completion_tokens`, xAI beside it (173 in + 235 out,
 * total 3605). `total_tokens` decides: what is in it beyond prompt and completion is reasoning. Perplexity's Sonar
 * leaves it out of the total too (33 in + 7163 out, total 7196, 73997 of reasoning): a part cannot be larger than its
 * whole.
 */
import * as z from 'zod/mini'
import { isRecord } from './is-record.ts'

const count = z.number().check(z.nonnegative())

export const Usage = z.object({
  /** Prompt tokens, cached ones included. */
  inputTokens: count,
  /** All tokens generated, reasoning included. */
  outputTokens: count,
  /** The part of `outputTokens` that was reasoning, shown or hidden; null when the provider does not say. */
  reasoningTokens: z.nullable(count),
  /** The part of `inputTokens` that was read from a cache; null when the provider does not say. */
  cachedTokens: z.nullable(count),
  /** The part of `inputTokens` that was written to a cache; null or missing when the provider does not say. */
  cacheWriteTokens: z.optional(z.nullable(count)),
  /** `usage`: the provider's own count. `tokenizer`: an estimate, shown with ≈. */
  source: z.enum(['usage', 'tokenizer']),
})
export type Usage = z.infer<typeof Usage>

/** A thousand times the longest context there is: a larger count is a mistake, such as an unsigned −1. */
const tokensMax = 1e9

/**
 * Reads a provider's `usage` object; null when it has no counts, only zeros, or an impossible count. Unknown keys are
 * ignored.
 */
export function readUsage(raw: unknown): Usage | null {
  if (!isRecord(raw)) return null
  const counts = [raw.prompt_tokens, raw.input_tokens, raw.completion_tokens, raw.output_tokens]
  if (counts.some((count) => typeof count === 'number' && number(count) === null)) return null
  const prompt = number(raw.prompt_tokens) ?? number(raw.input_tokens)
  const completion = number(raw.completion_tokens) ?? number(raw.output_tokens)
  if (prompt === null && completion === null) return null

  const details = record(raw.completion_tokens_details) ?? record(raw.output_tokens_details)
  const promptDetails = record(raw.prompt_tokens_details) ?? record(raw.input_tokens_details)
  // Sonar and SGLang name it beside the other counts. SGLang can write 0 there though the model reasoned.
  const reasoningNamed = number(details?.reasoning_tokens) ?? (number(raw.reasoning_tokens) || null)
  const inputTokens = prompt ?? 0
  const shown = completion ?? 0
  const outside = reasoningOutside(inputTokens, shown, number(raw.total_tokens), reasoningNamed)
  const outputTokens = shown + outside
  // No call has neither: a server that sends zeros does not count, and its call must not look free of cost.
  if (inputTokens + outputTokens === 0) return null
  return {
    inputTokens,
    outputTokens,
    reasoningTokens: reasoningNamed ?? (outside || null),
    cachedTokens:
      number(promptDetails?.cached_tokens) ??
      number(raw.prompt_cache_hit_tokens) ??
      number(raw.cache_read_input_tokens) ??
      number(raw.cached_tokens),
    cacheWriteTokens: number(promptDetails?.cache_write_tokens) ?? number(raw.cache_creation_input_tokens),
    source: 'usage',
  }
}

/**
 * Reasoning tokens that `completion_tokens` leaves out: those named, where they are more than it, or else the surplus
 * of the total. 0 where the provider gives another number of reasoning tokens: then the surplus is something else (tool
 * prompts, searches).
 */
function reasoningOutside(prompt: number, shown: number, total: number | null, named: number | null): number {
  if (named !== null && named > shown) return named
  const rest = (total ?? 0) - prompt - shown
  return rest > 0 && (named === null || named === rest) ? rest : 0
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= tokensMax
    ? value
    : null
}

function record(value: unknown): Record<string, unknown> | null {
  return isRecord(value) ? value : null
}
