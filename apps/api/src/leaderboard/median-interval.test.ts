import fc from 'fast-check'
import { expect, test } from 'vitest'
import { medianInterval, rankFromEnd } from './median-interval.ts'

test('ranks agree with the tables of the sign test', () => {
  // W. J. Dixon and F. J. Massey, Introduction to Statistical Analysis, critical values of the sign test, two-sided 5
  // %: one less each.
  const tables: [n: number, k: number][] = [
    [5, 0],
    [6, 1],
    [8, 1],
    [9, 2],
    [12, 3],
    [15, 4],
    [20, 6],
    [25, 8],
    [30, 10],
    [40, 14],
    [50, 18],
    [100, 40],
  ]
  for (const [n, k] of tables) expect(rankFromEnd(n), `n = ${n}`).toBe(k)
})

test('ten thousand values have ranks too', () => {
  // The normal approximation: n/2 − 1.96 · √n/2, to one rank.
  expect(Math.abs(rankFromEnd(10_000) - (5_000 - 98))).toBeLessThanOrEqual(1)
})

test('the depression scores of nine patients', () => {
  // M. Hollander and D. A. Wolfe, Nonparametric Statistical Methods (1973), table 1 of chapter 3: second score less
  // first.
  const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
  const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
  const change = Float64Array.from(after, (score, patient) => score - before[patient]!).sort()
  const { low, high } = medianInterval(change) ?? { low: 0, high: 0 }
  expect([low, high].map((end) => end.toFixed(3))).toEqual(['-0.952', '0.080'])
})

test('five values have no interval of 95 %', () => {
  expect(medianInterval(Float64Array.of(1, 2, 3, 4, 5))).toBeNull()
  expect(medianInterval(Float64Array.of(1, 2, 3, 4, 5, 6))).toEqual({ low: 1, high: 6 })
})

test('the interval holds the median, and moves and stretches with the values', () => {
  const anyValues = fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 6, maxLength: 300 })
  fc.assert(
    fc.property(anyValues, fc.integer({ min: 1, max: 9 }), fc.integer(), (values, times, more) => {
      const sorted = Float64Array.from(values).sort()
      const { low, high } = medianInterval(sorted)!
      expect(low).toBeLessThanOrEqual(sorted[sorted.length >> 1]!)
      expect(high).toBeGreaterThanOrEqual(sorted[(sorted.length - 1) >> 1]!)
      expect(medianInterval(sorted.map((value) => times * value + more))).toEqual({
        low: times * low + more,
        high: times * high + more,
      })
    }),
  )
})
