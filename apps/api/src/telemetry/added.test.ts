import type { GatewayRow } from '@drag-race/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePrometheus } from '../testing/parse-prometheus.ts'
import { added } from './added.ts'
import { detectDialect } from './dialects.ts'
import { type CountedRow, toGatewayRow, toGatewayRows } from './gateway-rows.ts'

function read(text: string) {
  const { samples, names } = parsePrometheus(text)
  const dialect = detectDialect(names)
  return dialect ? toGatewayRows(samples, dialect) : []
}

const page = (requests: number, tokens: number, ttfts: [count: number, sumSeconds: number]) => `
gen_ai_server_request_duration_seconds_count{gen_ai_provider_name="openai",gen_ai_request_model="a"} ${requests}
gen_ai_client_token_usage_sum{gen_ai_token_type="output",gen_ai_provider_name="openai",gen_ai_request_model="a"} ${tokens}
gen_ai_server_time_to_first_token_seconds_count{gen_ai_provider_name="openai",gen_ai_request_model="a"} ${ttfts[0]}
gen_ai_server_time_to_first_token_seconds_sum{gen_ai_provider_name="openai",gen_ai_request_model="a"} ${ttfts[1]}
`

test('what a race added is the difference, with averages over the added calls alone', () => {
  const before = read(page(10, 1000, [8, 8]))
  const after = read(page(13, 1600, [10, 8.5]))
  expect(added(before, after)).toEqual([
    {
      provider: 'openai',
      model: 'a',
      requests: 3,
      failed: 0,
      inputTokens: 0,
      outputTokens: 600,
      costUsd: null,
      ttftMs: 250,
      timePerOutputTokenMs: null,
      durationMs: null,
    },
  ])
  expect(added(after, after)).toEqual([])
  expect(added([], after)).toEqual(after.map(toGatewayRow))
})

test('what a race cost is the difference too, without binary dust; unknown is not free', () => {
  const cost = (usd: number) =>
    `gateway_cost_usd_total{gen_ai_provider_name="openai",gen_ai_request_model="a"} ${usd}\n`
  const addedCost = (before: number, after: number) =>
    added(read(page(10, 1000, [8, 8]) + cost(before)), read(page(13, 1600, [10, 8.5]) + cost(after)))
  expect(addedCost(0.1, 0.3)).toMatchObject([{ costUsd: 0.2 }])
  expect(addedCost(0.5, 0.25)).toMatchObject([{ costUsd: 0.25 }])
  expect(addedCost(0, 0)).toMatchObject([{ costUsd: 0 }])
  expect(addedCost(0.5, 0.5)).toMatchObject([{ costUsd: null }])
})

test('failures are subtracted like the rest, and their times are in no average', () => {
  const failures = (count: number) =>
    `gen_ai_server_request_duration_seconds_count{gen_ai_provider_name="openai",gen_ai_request_model="a",error_type="http_401"} ${count}\n`
  const before = read(page(10, 1000, [8, 8]) + failures(2))
  const after = read(page(10, 1000, [8, 8]) + failures(5))
  expect(added(before, after)).toMatchObject([{ requests: 3, failed: 3, durationMs: null }])
})

test('a gateway that was restarted is counted from zero, never below', () => {
  const before = read(page(10, 1000, [8, 8]))
  const after = read(page(2, 1200, [1, 0.2]))
  expect(added(before, after)).toMatchObject([{ requests: 2, outputTokens: 1200, ttftMs: 200 }])
})

test('a gateway that was restarted and is busy already is known by any count that fell', () => {
  const before = read(page(10, 1000, [8, 8]))
  const after = read(page(13, 1200, [2, 0.4]))
  expect(added(before, after)).toMatchObject([{ requests: 13, outputTokens: 1200, ttftMs: 200 }])
})

const count = fc.integer({ min: 0, max: 1000 })
const anyRow: fc.Arbitrary<CountedRow> = fc
  .record({ model: fc.constantFrom('a', 'b', 'c'), counts: fc.tuple(count, count, count, count, count) })
  .map(({ model, counts: [requests, inputTokens, outputTokens, ttfts, sumMs] }) => ({
    provider: 'p',
    model,
    requests,
    failed: null,
    inputTokens,
    outputTokens,
    costUsd: null,
    ttftMs: null,
    timePerOutputTokenMs: null,
    durationMs: null,
    observed: {
      ttft: { count: ttfts, sumMs },
      timePerOutputToken: { count: 0, sumMs: 0 },
      duration: { count: 0, sumMs: 0 },
    },
  }))
const anyRows = fc.uniqueArray(anyRow, { selector: ({ model }) => model })

test('whatever was read before and after, nothing that was added is negative', () => {
  fc.assert(
    fc.property(anyRows, anyRows, (before, after) => {
      for (const row of added(before, after)) {
        const { requests, inputTokens, outputTokens } = row
        expect(Math.min(requests, inputTokens, outputTokens, row.ttftMs ?? 0)).toBeGreaterThanOrEqual(0)
        expect(row).not.toHaveProperty('observed')
      }
    }),
  )
})

test('what was added to a row and the row before make the row after', () => {
  fc.assert(
    fc.property(anyRows, anyRows, (before, more) => {
      const both = more.filter(({ model }) => before.some((row) => row.model === model))
      const after = before.map((row) => {
        const extra = both.find(({ model }) => model === row.model)
        return {
          ...row,
          ...Object.fromEntries(counted.map((name) => [name, row[name] + (extra?.[name] ?? 0)])),
        }
      })
      const rows = added(before, after)
      for (const name of counted) expect(total(rows, name)).toBe(total(both, name))
    }),
  )
})

const counted = ['requests', 'inputTokens', 'outputTokens'] as const
const total = (rows: readonly GatewayRow[], name: (typeof counted)[number]) =>
  rows.reduce((sum, row) => sum + row[name], 0)
