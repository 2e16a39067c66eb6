import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pointsMax, ttftOverTime } from './ttft-over-time.ts'

test('the time to first token over time averages a group of races into one point', () => {
  const moments = Array.from({ length: 240 }, (_, index) => ({
    model: index % 2 === 0 ? 'a' : 'b',
    atMs: Math.floor(index / 2) * 1000,
    ttftMs: index % 2 === 0 ? 100 : 200 + (Math.floor(index / 2) % 2) * 10,
  }))
  const [a, b] = ttftOverTime(moments)
  expect(a?.points).toHaveLength(60)
  expect(a?.points[0]).toEqual({ at: '1970-01-01T00:00:01.000Z', ttftMs: 100 })
  expect(b?.points.every(({ ttftMs }) => ttftMs === 205)).toBe(true)
  expect(b?.points.map(({ at }) => at)).toEqual(a?.points.map(({ at }) => at))
})

test('few races keep a point each', () => {
  const moments = [
    { model: 'a', atMs: 5000, ttftMs: 3 },
    { model: 'a', atMs: 1000, ttftMs: 1 },
  ]
  expect(ttftOverTime(moments)).toEqual([
    {
      model: 'a',
      points: [
        { at: '1970-01-01T00:00:01.000Z', ttftMs: 1 },
        { at: '1970-01-01T00:00:05.000Z', ttftMs: 3 },
      ],
    },
  ])
})

test('a model has no point where it did not race', () => {
  const moments = [
    { model: 'a', atMs: 1000, ttftMs: 1 },
    { model: 'b', atMs: 5000, ttftMs: 3 },
  ]
  expect(ttftOverTime(moments)).toEqual([
    { model: 'a', points: [{ at: '1970-01-01T00:00:01.000Z', ttftMs: 1 }] },
    { model: 'b', points: [{ at: '1970-01-01T00:00:05.000Z', ttftMs: 3 }] },
  ])
})

test('of too many models those with the most races are shown, and no time of another one', () => {
  const names = Array.from({ length: pointsMax + 1 }, (_, index) => `model-${1000 + index}`)
  const [most, leftOut] = [names.at(-1)!, names.at(-2)!]
  const moments = [...names, most].map((model) => ({
    model,
    atMs: model === leftOut ? 9000 : 1000,
    ttftMs: 5,
  }))
  const lines = ttftOverTime(moments)
  expect(lines.map(({ model }) => model)).toEqual(names.filter((name) => name !== leftOut))
  expect(new Set(lines.flatMap(({ points }) => points.map(({ at }) => at)))).toEqual(
    new Set(['1970-01-01T00:00:01.000Z']),
  )
})

test('however many races and models, there are at most 120 points, in order of time', () => {
  const moment = fc.record({
    model: fc.integer({ min: 0, max: 200 }).map((n) => `model-${n}`),
    atMs: fc.integer({ min: 0, max: 1_000_000 }),
    ttftMs: fc.integer({ min: 1, max: 1000 }),
  })
  fc.assert(
    fc.property(fc.array(moment, { maxLength: 500 }), (moments) => {
      const lines = ttftOverTime(moments)
      expect(lines.reduce((sum, { points }) => sum + points.length, 0)).toBeLessThanOrEqual(pointsMax)
      expect(lines.length > 0).toBe(moments.length > 0)
      for (const { points } of lines) {
        const times = points.map(({ at }) => at)
        expect(times).toEqual([...new Set(times)].sort())
      }
    }),
  )
})
