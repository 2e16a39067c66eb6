/** What a call costs by a dated price table that works offline. Unknown is null, never 0. */
import type { Usage } from '@drag-race/contracts'
import { calcPrice } from '@pydantic/genai-prices'

/** With `provider` null, only models whose name tells their provider (`gpt-4o-mini`) have a price. */
export function priceUsd(usage: Usage, model: string, provider: string | null): number | null {
  // The table refuses counts with more cached tokens than input tokens, which some providers send by mistake.
  const cached = Math.min(usage.cachedTokens ?? 0, usage.inputTokens)
  const counts = {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cache_read_tokens: cached,
    cache_write_tokens: Math.min(usage.cacheWriteTokens ?? 0, usage.inputTokens - cached),
  }
  const price = calcPrice(counts, model, provider === null ? {} : { providerId: provider })
  return price?.total_price ?? null
}
