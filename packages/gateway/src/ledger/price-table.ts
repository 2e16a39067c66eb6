/**
 * Costs by the dated table of `@pydantic/genai-prices`. To find a model in it takes 2 to 12 µs, so the price that it found is
 * kept, and further calls are worked out from it by the library's own rule and in its own order, to the last bit. Whatever
 * that rule does not cover is asked of the library.
 */
import { calcPrice, type ModelInfo, type ModelPrice, type TieredPrices } from '@pydantic/genai-prices'

/** In the library's words. Parts are inside their whole. */
export interface TableUsage {
  input_tokens: number
  cache_read_tokens: number
  cache_write_tokens: number
  output_tokens: number
  output_reasoning_tokens: number
}

/** US dollars; null where the table has no price. */
export type PriceTable = (
  usage: TableUsage,
  model: string,
  options: { providerId: string; timestamp: Date },
) => number | null

/** Prices that are kept, the newest: more models than one gateway speaks to. A provider may name them as it likes. */
const keptMax = 1_000
/** No model has a longer name; one that has is not kept. */
const nameCharsMax = 200

export function createPriceTable(ask = calcPrice): PriceTable {
  const kept = new Map<string, KeptPrice>()

  const keep = (key: string, price: KeptPrice) => {
    kept.delete(key)
    if (kept.size >= keptMax) kept.delete(kept.keys().next().value!)
    kept.set(key, price)
  }

  return (usage, model, options) => {
    const key = `${options.providerId} ${model}`
    const minute = Math.floor(options.timestamp.getTime() / 60_000)
    const known = kept.get(key)
    const holds = known !== undefined && (known.minute === null || known.minute === minute)
    if (holds && isWhole(usage)) return known.terms && toCost(usage, known.terms)
    try {
      const found = ask({ ...usage }, model, options)
      if (model.length <= nameCharsMax && (!found || changesByTheMinute(found.model))) {
        keep(key, {
          minute: found && Array.isArray(found.model.prices) ? minute : null,
          terms: found && toTerms(found.model_price),
        })
      }
      return found?.total_price ?? null
    } catch {
      return null
    }
  }
}

interface KeptPrice {
  /** Since 1970, when the price depends on the time; null: it never changes. */
  minute: number | null
  /** null: the table has no such model. */
  terms: Term[] | null
}

/** One addend of a cost. */
interface Term {
  of: 'input' | 'output' | 'request'
  price: number | TieredPrices
  own: keyof TableUsage | null
  /** Its parts that have a price of their own. */
  without: (keyof TableUsage)[]
}

/** What of a usage has a price of its own, by the table's keys. Of all other things (audio, searches) a usage here has none. */
const priced = {
  input_mtok: { of: 'input', own: 'input_tokens', parts: ['cache_read_mtok', 'cache_write_mtok'] },
  cache_read_mtok: { of: 'input', own: 'cache_read_tokens', parts: [] },
  cache_write_mtok: { of: 'input', own: 'cache_write_tokens', parts: [] },
  output_mtok: { of: 'output', own: 'output_tokens', parts: ['output_reasoning_mtok'] },
  output_reasoning_mtok: { of: 'output', own: 'output_reasoning_tokens', parts: [] },
  requests_kcount: { of: 'request', own: null, parts: [] },
} as const

/** In the order of the table, which is the order of the library's additions. */
function toTerms(prices: ModelPrice): Term[] {
  return Object.entries(prices).flatMap(([key, price]): Term[] => {
    if (price === undefined || !isPriced(key)) return []
    const { of, own, parts } = priced[key]
    const without = parts.filter((part) => prices[part] !== undefined).map((part) => priced[part].own)
    return [{ of, price, own, without }]
  })
}

function isPriced(key: string): key is keyof typeof priced {
  return Object.hasOwn(priced, key)
}

function toCost(usage: TableUsage, terms: readonly Term[]): number {
  const costs = { input: 0, output: 0, request: 0 }
  for (const { of, price, own, without } of terms) {
    if (own === null) {
      costs[of] += rateOf(price, usage) / 1_000
      continue
    }
    let tokens = usage[own]
    for (const part of without) tokens -= usage[part]
    const cost = (rateOf(price, usage) * tokens) / 1_000_000
    // What has tiers goes through a price for one token, there and back.
    costs[of] += typeof price === 'number' ? cost : (cost * 1_000_000) / 1_000_000
  }
  return costs.input + costs.output + costs.request
}

/** Tiers depend on the whole input, and hold for all tokens of a call. */
function rateOf(price: number | TieredPrices, { input_tokens }: TableUsage): number {
  if (typeof price === 'number') return price
  const tiers = price.tiers.filter(({ start }) => input_tokens > start)
  return tiers.reduce((highest, tier) => (tier.start >= highest.start ? tier : highest), {
    start: 0,
    price: price.base,
  }).price
}

/** Numbers that no addition rounds. */
function isWhole(usage: TableUsage): boolean {
  const { input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, output_reasoning_tokens } =
    usage
  return (
    Number.isSafeInteger(input_tokens) &&
    Number.isSafeInteger(output_tokens) &&
    Number.isInteger(cache_read_tokens) &&
    Number.isInteger(cache_write_tokens) &&
    Number.isInteger(output_reasoning_tokens) &&
    cache_read_tokens >= 0 &&
    cache_write_tokens >= 0 &&
    output_reasoning_tokens >= 0 &&
    cache_read_tokens + cache_write_tokens <= input_tokens &&
    output_reasoning_tokens <= output_tokens
  )
}

/** Prices from a day on, or for hours of the day: do all of them change on whole minutes? */
function changesByTheMinute({ prices }: ModelInfo): boolean {
  if (!Array.isArray(prices)) return true
  return prices.every(({ constraint }) => {
    if (constraint === undefined) return true
    if (constraint.type === 'start_date') return Date.parse(constraint.start_date) % 60_000 === 0
    return [constraint.start_time, constraint.end_time].every((time) => /^\d\d:\d\d:00(?!\.)/.test(time))
  })
}
