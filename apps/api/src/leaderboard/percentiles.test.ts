import fc from 'fast-check'
import { expect, test } from 'vitest'
import { median, percentile, racesForPercentile, toPercentiles } from './percentiles.ts'

const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1)

test('a 95th percentile takes 59 races, a 99th 299', () => {
  expect([racesForPercentile(0.95), racesForPercentile(0.99)]).toEqual([59, 299])
  expect(toPercentiles(upTo(58), 58)).toEqual({ races: 58, p50Ms: 29.5, p95Ms: null, p99Ms: null })
  expect(toPercentiles(upTo(59), 59)).toEqual({ races: 59, p50Ms: 30, p95Ms: 57, p99Ms: null })
  expect(toPercentiles(upTo(298), 298).p99Ms).toBeNull()
  expect(toPercentiles(upTo(299), 299).p99Ms).toBe(297)
})

test('races count, not lanes', () => {
  expect(toPercentiles(upTo(100), 50).p95Ms).toBeNull()
  expect(toPercentiles([], 0)).toEqual({ races: 0, p50Ms: null, p95Ms: null, p99Ms: null })
})

test('figures come in any order', () => {
  expect(toPercentiles(upTo(59).reverse(), 59)).toEqual(toPercentiles(upTo(59), 59))
  expect(toPercentiles([900, 30, 200], 3).p50Ms).toBe(200)
})

test('a percentile between two figures is their mean', () => {
  expect(percentile(Float64Array.from(upTo(100)), 0.95)).toBe(95.5)
  expect(percentile(Float64Array.from(upTo(60)), 0.95)).toBe(57.5)
})

const anyFigures = fc.array(
  fc.nat(1e8).map((hundredths) => hundredths / 100),
  { minLength: 1, maxLength: 400 },
)

test('a percentile has its share of the figures at or below it', () => {
  fc.assert(
    fc.property(anyFigures, fc.constantFrom(0.5, 0.95, 0.99), (figures, share) => {
      const at = percentile(Float64Array.from(figures).sort(), share) ?? Number.NaN
      expect(figures.filter((figure) => figure <= at).length).toBeGreaterThanOrEqual(
        share * figures.length - 1e-9,
      )
      expect(figures.filter((figure) => figure >= at).length).toBeGreaterThanOrEqual(
        (1 - share) * figures.length - 1e-9,
      )
    }),
  )
})

test('the median is the middle, or the mean of the two in the middle', () => {
  expect(median([])).toBeNull()
  expect(median([7])).toBe(7)
  expect(median([10, 9, 100])).toBe(10)
  expect(median([1000, 20, 30, 3])).toBe(25)
})

test('the median leaves half of the values on each side', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.integer({ min: -1e9, max: 1e9 }).map((tenths) => tenths / 10),
        { minLength: 1 },
      ),
      (values) => {
        const middle = median(values) ?? Number.NaN
        expect(values.filter((value) => value <= middle).length * 2).toBeGreaterThanOrEqual(values.length)
        expect(values.filter((value) => value >= middle).length * 2).toBeGreaterThanOrEqual(values.length)
      },
    ),
  )
})
