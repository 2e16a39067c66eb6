import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wilson } from './wilson.ts'

test('the interval agrees with the published examples', () => {
  // R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table
  // I, method 3.
  const published: [successes: number, n: number, low: number, high: number][] = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ]
  for (const [successes, n, low, high] of published) {
    expect(wilson(successes, n).low).toBeCloseTo(low, 4)
    expect(wilson(successes, n).high).toBeCloseTo(high, 4)
  }
})

test('the interval agrees with examples of twelve digits at z = 1.96', () => {
  expect(wilson(1, 11, 1.96).low).toBeCloseTo(0.016231752262825982, 12)
  expect(wilson(1, 11, 1.96).high).toBeCloseTo(0.3773646254862038, 12)
  expect(wilson(90, 100, 1.96).low).toBeCloseTo(0.8256326956323345, 12)
  expect(wilson(90, 100, 1.96).high).toBeCloseTo(0.9447714583868639, 12)
})

test('one win in one race is far from certainty, and no race says nothing', () => {
  expect(wilson(1, 1).low).toBeCloseTo(0.2065, 4)
  expect(wilson(1, 1).high).toBe(1)
  expect(wilson(0, 0)).toEqual({ low: 0, high: 1 })
})

test('all races won end at one, and none at nought, without binary dust', () => {
  const races = Array.from({ length: 40 }, (_, index) => index + 1)
  expect(new Set(races.map((n) => wilson(n, n).high))).toEqual(new Set([1]))
  expect(new Set(races.map((n) => wilson(0, n).low))).toEqual(new Set([0]))
})

/** Wins in quarters: with dead heats of two and of four lanes. */
const record = fc
  .tuple(
    fc.integer({ min: 1, max: 5_000 }),
    fc.nat(1_000).map((thousandths) => thousandths / 1_000),
  )
  .map(([n, part]) => ({ n, successes: Math.round(n * 4 * part) / 4 }))

test('the interval contains the rate and lies between 0 and 1', () => {
  fc.assert(
    fc.property(record, ({ successes, n }) => {
      const { low, high } = wilson(successes, n)
      expect(low).toBeGreaterThanOrEqual(0)
      expect(low).toBeLessThanOrEqual(successes / n)
      expect(high).toBeGreaterThanOrEqual(successes / n)
      expect(high).toBeLessThanOrEqual(1)
    }),
  )
})

test('the interval of losses is the mirror of the interval of wins', () => {
  fc.assert(
    fc.property(record, ({ successes, n }) => {
      const [wins, losses] = [wilson(successes, n), wilson(n - successes, n)]
      expect(wins.low).toBeCloseTo(1 - losses.high, 12)
      expect(wins.high).toBeCloseTo(1 - losses.low, 12)
    }),
  )
})

test('more wins in the same number of races never lower either bound', () => {
  fc.assert(
    fc.property(
      record,
      fc.nat(1_000).map((thousandths) => thousandths / 1_000),
      ({ successes, n }, part) => {
        const more = wilson(successes + (n - successes) * part, n)
        expect(more.low).toBeGreaterThanOrEqual(wilson(successes, n).low - 1e-12)
        expect(more.high).toBeGreaterThanOrEqual(wilson(successes, n).high - 1e-12)
      },
    ),
  )
})

test('more races at the same rate narrow the interval', () => {
  fc.assert(
    fc.property(record, fc.integer({ min: 2, max: 20 }), ({ successes, n }, times) => {
      const [few, many] = [wilson(successes, n), wilson(successes * times, n * times)]
      expect(many.high - many.low).toBeLessThan(few.high - few.low)
    }),
  )
})
