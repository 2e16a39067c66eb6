/**
 * What a call cost, in US dollars: by the price in the config, else by the dated table of `@pydantic/genai-prices`,
 * which comes with the package and needs no network. An unknown price is null, never 0. Simulated models have a price
 * only when the config gives them one.
 */
import type { Usage } from '@drag-race/contracts'
import { calcPrice, findProvider } from '@pydantic/genai-prices'
import type { Clock } from '../clock.ts'
import type { Price } from '../config/schema.ts'
import { type Provider, providers } from '../upstream/providers.ts'
import type { Target } from '../upstream/target.ts'

export type CostTable = (usage: Usage, target: Target, responseModel: string | null) => number | null

export function createCostTable(clock: Pick<Clock, 'date'>): CostTable {
  /** Origin → the provider's name in the price table. At most one entry for each address in the config. */
  const namesByOrigin = new Map<string, string | null>()

  const toTableName = ({ provider, origin }: Target): string | null => {
    const { pricedAs }: Provider = providers[provider]
    if (provider !== 'custom') return pricedAs
    if (!namesByOrigin.has(origin)) {
      namesByOrigin.set(origin, findProvider({ providerApiUrl: origin })?.id ?? null)
    }
    return namesByOrigin.get(origin) ?? null
  }

  const toCost: CostTable = (usage, target, responseModel) => {
    if (target.price) return byConfig(usage, target.price)
    const providerId = toTableName(target)
    if (providerId === null) return null
    const options = { providerId, timestamp: clock.date() }
    return (
      (responseModel === null ? null : byTable(usage, responseModel, options)) ??
      byTable(usage, target.upstreamModel, options)
    )
  }
  return (...call) => withoutDust(toCost(...call))
}

/** Sums of binary fractions have rounding errors (0.00015480000000000002); no price is finer than 10⁻¹² US dollars. */
function withoutDust(costUsd: number | null): number | null {
  return costUsd === null ? null : Math.round(costUsd * 1e12) / 1e12
}

function byConfig(usage: Usage, price: Price): number {
  const { inputPerMillion, outputPerMillion } = price
  const {
    cachedInputPerMillion = inputPerMillion,
    cacheWriteInputPerMillion = inputPerMillion,
    reasoningPerMillion = outputPerMillion,
  } = price
  const { cached, written, fresh, reasoning, answer } = toParts(usage)
  return (
    (fresh * inputPerMillion +
      cached * cachedInputPerMillion +
      written * cacheWriteInputPerMillion +
      answer * outputPerMillion +
      reasoning * reasoningPerMillion) /
    1_000_000
  )
}

/** The parts of a usage, never larger than their whole, whatever a provider counted. */
function toParts({ inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens }: Usage) {
  const cached = Math.min(cachedTokens ?? 0, inputTokens)
  const written = Math.min(cacheWriteTokens ?? 0, inputTokens - cached)
  const reasoning = Math.min(reasoningTokens ?? 0, outputTokens)
  return {
    cached,
    written,
    fresh: inputTokens - cached - written,
    reasoning,
    answer: outputTokens - reasoning,
  }
}

function byTable(
  usage: Usage,
  model: string,
  options: { providerId: string; timestamp: Date },
): number | null {
  const { inputTokens, outputTokens } = usage
  const { cached, written, reasoning } = toParts(usage)
  try {
    // Parts larger than their whole would make the table throw.
    const price = calcPrice(
      {
        input_tokens: inputTokens,
        cache_read_tokens: cached,
        cache_write_tokens: written,
        output_tokens: outputTokens,
        output_reasoning_tokens: reasoning,
      },
      model,
      options,
    )
    return price?.total_price ?? null
  } catch {
    return null
  }
}
