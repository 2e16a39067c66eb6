import type { GatewayRow } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { compareRows, ofLanes, toServedBy } from './compare.ts'

const row = (provider: string, model: string, part: Partial<GatewayRow> = {}): GatewayRow => ({
  provider,
  model,
  requests: 10,
  inputTokens: 100,
  outputTokens: 1000,
  ttftMs: 250,
  timePerOutputTokenMs: 4,
  durationMs: 3000,
  ...part,
})
const lane = (model: string, ttftMs: number | null) => ({ model, ttftMs })

test('sets the race’s mean beside the gateway’s average of the same calls', () => {
  const [compared] = compareRows(
    { rows: [row('acme', 'm')], added: [row('acme', 'm', { requests: 2, ttftMs: 180 })] },
    [lane('m', 181), lane('m', 183), lane('m', null)],
  )
  expect(compared).toMatchObject({
    ttftMs: 250,
    added: { requests: 2 },
    measuredTtftMs: 182,
    differenceMs: 2,
  })
})

test('takes neither the lanes nor the added calls of another model', () => {
  const added = [row('acme', 'n', { ttftMs: 90 }), row('acme', 'm', { ttftMs: 180 })]
  const rows = compareRows({ rows: [row('acme', 'm'), row('acme', 'n')], added }, [
    lane('m', 182),
    lane('n', 100),
  ])
  expect(rows.map(({ measuredTtftMs, differenceMs }) => [measuredTtftMs, differenceMs])).toEqual([
    [182, 2],
    [100, 10],
  ])
})

test('names the simulator as simulated, and every other provider by its name', () => {
  expect([row('simulator', 'm'), row('acme', 'm')].map(toServedBy)).toEqual(['simulated', 'acme'])
})

test('knows no difference where one side is missing', () => {
  const rows = [row('acme', 'm')]
  expect(compareRows({ rows, added: null }, [lane('m', 181)])[0]).toMatchObject({
    added: null,
    differenceMs: null,
  })
  const added = [row('acme', 'm', { ttftMs: null })]
  expect(compareRows({ rows, added }, [lane('m', 181)])[0]!.differenceMs).toBeNull()
  expect(compareRows({ rows, added: rows }, [lane('m', null)])[0]).toMatchObject({
    measuredTtftMs: null,
    differenceMs: null,
  })
})

test('does not mix providers that serve a model of the same name', () => {
  const added = [row('b', 'm', { requests: 1 })]
  const [a, b] = compareRows({ rows: [row('a', 'm'), row('b', 'm')], added }, [])
  expect([a!.added, b!.added?.requests]).toEqual([null, 1])
})

test('lists this race’s models first, in lane order', () => {
  const rows = compareRows({ rows: ['x', 'b', 'a'].map((model) => row('p', model)), added: null }, [
    lane('a', 1),
    lane('b', 1),
  ])
  expect(rows.map(({ model }) => model)).toEqual(['a', 'b', 'x'])
  expect(ofLanes(rows, [lane('b', 1)]).map(({ model }) => model)).toEqual(['b'])
})
