/** What is kept of a price comes to the same as asking the library, for every model that it knows. */
import { calcPrice, waitForUpdate } from '@pydantic/genai-prices'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { createPriceTable, type TableUsage } from './price-table.ts'

const table = (await waitForUpdate())!
const known = table.flatMap((provider) =>
  provider.models.map(({ id, prices }) => ({ providerId: provider.id, model: id, prices })),
)
const tokens = fc.oneof(fc.nat({ max: 500_000 }), fc.constantFrom(0, 1, 128_000, 128_001, 200_000, 200_001))
const usages = fc
  .tuple(tokens, fc.nat(), fc.nat(), tokens, fc.nat())
  .map(([input, cached, written, output, reasoning]): TableUsage => {
    const cache_read_tokens = cached % (input + 1)
    return {
      input_tokens: input,
      cache_read_tokens,
      cache_write_tokens: written % (input - cache_read_tokens + 1),
      output_tokens: output,
      output_reasoning_tokens: reasoning % (output + 1),
    }
  })

const usage: TableUsage = {
  input_tokens: 1_000,
  cache_read_tokens: 200,
  cache_write_tokens: 0,
  output_tokens: 500,
  output_reasoning_tokens: 0,
}

/** What the library says, and null where it throws. */
function askLibrary(usage: TableUsage, model: string, options: { providerId: string; timestamp: Date }) {
  try {
    return calcPrice({ ...usage }, model, options)?.total_price ?? null
  } catch {
    return null
  }
}

test('costs are the library’s to the last bit, for each of its models', () => {
  const price = createPriceTable()
  const options = { timestamp: new Date('2026-06-01T12:00:00Z') }
  let pricedModels = 0
  for (const { providerId, model } of known) {
    const own = { providerId, ...options }
    fc.assert(
      fc.property(usages, (usage) => {
        expect(price(usage, model, own)).toBe(askLibrary(usage, model, own))
      }),
      { numRuns: 4 },
    )
    if (price(usage, model, own) !== null) pricedModels++
  }
  expect(pricedModels).toBeGreaterThan(1_000)
})

const changing = known.filter(({ prices }) => Array.isArray(prices))
const tiered = known.filter(({ prices }) => JSON.stringify(prices).includes('"tiers"'))
const dates = fc.date({
  min: new Date('2025-01-01T00:00:00Z'),
  max: new Date('2027-12-31T00:00:00Z'),
  noInvalidDate: true,
})
/** Also right before and behind the times at which prices change. */
const edges = fc.constantFrom(
  ...['2026-08-17T00:00:00Z', '2026-09-01T00:30:00Z', '2026-09-01T01:00:00Z', '2026-09-01T16:30:00Z'].flatMap(
    (time) => [-1, 0, 1].map((ms) => new Date(Date.parse(time) + ms)),
  ),
)

test('so they are for prices with tiers, and for those that change with the day or the hour', () => {
  expect(changing.length).toBeGreaterThan(10)
  expect(tiered.length).toBeGreaterThan(10)
  const price = createPriceTable()
  fc.assert(
    fc.property(
      fc.constantFrom(...changing, ...tiered),
      fc.oneof(dates, edges),
      usages,
      ({ providerId, model }, timestamp, usage) => {
        const options = { providerId, timestamp }
        expect(price(usage, model, options)).toBe(askLibrary(usage, model, options))
        expect(price(usage, model, options)).toBe(askLibrary(usage, model, options))
      },
    ),
    { numRuns: 3_000 },
  )
})

const at = (time: string) => ({ providerId: 'openai', timestamp: new Date(time) })

test('the library is asked once for a model, and for one that it does not know', () => {
  const ask = vi.fn(calcPrice)
  const price = createPriceTable(ask)
  for (const model of ['gpt-4o-mini', 'nobody-knows-me']) {
    const first = price(usage, model, at('2026-01-01T00:00:00Z'))
    for (let day = 1; day <= 9; day++)
      expect(price(usage, model, at(`2026-01-0${day}T00:00:00Z`))).toBe(first)
  }
  expect(ask).toHaveBeenCalledTimes(2)
})

test('it is asked again in another minute where the price depends on the time', () => {
  const ask = vi.fn(calcPrice)
  const price = createPriceTable(ask)
  const { providerId, model } = changing[0]!
  for (const time of ['00:00:00', '00:00:59', '00:01:00', '00:01:30']) {
    price(usage, model, { providerId, timestamp: new Date(`2026-01-01T${time}Z`) })
  }
  expect(ask).toHaveBeenCalledTimes(2)
})

test('it keeps no more than a thousand, the newest, and no endless name', () => {
  const ask = vi.fn(calcPrice)
  const price = createPriceTable(ask)
  const now = at('2026-01-01T00:00:00Z')
  for (let model = 0; model <= 1_000; model++) price(usage, `m-${model}`, now)
  ask.mockClear()
  price(usage, 'm-1000', now)
  price(usage, 'm-1', now)
  expect(ask).not.toHaveBeenCalled()
  price(usage, 'm-0', now)
  expect(ask).toHaveBeenCalledTimes(1)
  const endless = 'm'.repeat(201)
  for (let call = 0; call < 2; call++) price(usage, endless, now)
  expect(ask).toHaveBeenCalledTimes(3)
})

test.each([
  ['less than nothing', { output_tokens: -1 }],
  ['parts of a token', { input_tokens: 1_000.5 }],
  ['a part larger than its whole', { cache_read_tokens: 2_000 }],
  ['no number', { output_tokens: Number.NaN }],
])('with %s it is asked', (_, odd) => {
  const ask = vi.fn(calcPrice)
  const price = createPriceTable(ask)
  const now = at('2026-01-01T00:00:00Z')
  price(usage, 'gpt-4o-mini', now)
  const asked = { ...usage, ...odd }
  expect(price(asked, 'gpt-4o-mini', now)).toBe(askLibrary(asked, 'gpt-4o-mini', now))
  expect(ask).toHaveBeenCalledTimes(2)
})
