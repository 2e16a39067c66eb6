import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  dash,
  toCost,
  toCount,
  toFineMs,
  toGap,
  toMargin,
  toMs,
  toMsWithin,
  toPercent,
  toSeconds,
  toSpeed,
  toSpeedMargin,
  toWithin,
  toWithinMs,
} from './figures.ts'

test.each([
  [toMs(181.6), '182'],
  [toMs(12345), '12,345'],
  [toMs(null), '—'],
  [toFineMs(0.214), '0.21'],
  [toFineMs(3.46), '3.5'],
  [toFineMs(2400), '2,400'],
  [toSeconds(2410), '2.41'],
  [toSeconds(2410, 3), '2.410'],
  [toSeconds(999_994), '999.99'],
  [toSeconds(999_996), '1000.0'],
  [toSeconds(1_234_560, 3), '1234.560'],
  [toGap(12.34), '12.3 ms'],
  [toGap(310), '0.31 s'],
  [toCount(1_204_300), '1,204,300'],
  [toSpeed(287.14), '287.1'],
  [toSpeed(2871.4), '2,871'],
  [toMargin(0.9), '±\u00a00.9\u00a0ms'],
  [toMargin(20.4), '±\u00a020\u00a0ms'],
  [toMargin(null), 'margin not measured'],
  // The first number of each form, and rounding to the nearest whole number.
  [toFineMs(1), '1.0'],
  [toFineMs(100), '100'],
  [toFineMs(150.6), '151'],
  [toGap(100), '0.10 s'],
  [toCount(1.6), '2'],
  [toSpeed(1_000), '1,000'],
  [toSpeed(2_871.6), '2,872'],
  [toMargin(10), '±\u00a010\u00a0ms'],
  [toMargin(20.6), '±\u00a021\u00a0ms'],
  [toCost(0.000005), '$0.00001'],
  [toCost(0.01), '$0.0100'],
  [toCost(1), '$1.00'],
  [toPercent(0.626), '63 %'],
  [toPercent(0), '0 %'],
  [toPercent(1), '100 %'],
  [toMsWithin(1_342.4, 1.84), '1,342 ms ±\u00a01.8'],
  [toMsWithin(342, null), '342 ms'],
  [toMsWithin(null, 1.8), '—'],
  [toMsWithin(342, 0.04), '342 ms'],
  [toMargin(0.04), '< 0.05 ms'],
  [toMargin(0.05), '±\u00a00.1\u00a0ms'],
  [toWithin(null), ''],
  [toWithin(0.04), ''],
  [toWithinMs(1.84), ' ±\u00a01.8\u00a0ms'],
  [toWithinMs(0.04), ''],
  [toWithinMs(null), ''],
  // A number that rounding carries past the end of its form is printed in the next form.
  [toFineMs(0.997), '1.0'],
  [toFineMs(99.97), '100'],
  [toGap(99.97), '0.10 s'],
  [toSpeed(999.96), '1,000'],
  [toCost(0.009997), '$0.0100'],
  [toCost(0.99997), '$1.00'],
  [toMargin(9.97), '±\u00a010\u00a0ms'],
  [toMargin(1_234), '±\u00a01,234\u00a0ms'],
])('prints %s', (printed, expected) => {
  expect(printed).toBe(expected)
})

test('an unknown price is unknown, and a tiny one is not nothing', () => {
  expect([null, 0, 0.000001, 0.00051, 0.0213, 1.5].map(toCost)).toEqual([
    'price unknown',
    '$0',
    '< $0.00001',
    '$0.00051',
    '$0.0213',
    '$1.50',
  ])
})

test.each(Object.entries({ toMs, toFineMs, toSeconds, toCount, toSpeed, toPercent }))(
  '%s: what is unknown is a dash, never 0',
  (_, print) => {
    expect([print(null), print(undefined)]).toEqual([dash, dash])
    expect(print(0)).toMatch(/^0/)
  },
)

/** Each print function with one that reads the number back from its text. */
const figures: Record<string, [print: (value: number) => string, read: (text: string) => number]> = {
  toMs: [toMs, toNumber],
  toFineMs: [toFineMs, toNumber],
  toSeconds: [toSeconds, (text) => toNumber(text) * 1_000],
  toGap: [toGap, (text) => toNumber(text) * (text.endsWith(' ms') ? 1 : 1_000)],
  toCount: [toCount, toNumber],
  toSpeed: [toSpeed, toNumber],
  toCost: [toCost, (text) => (text.startsWith('<') ? 0.000001 : toNumber(text))],
  toPercent: [toPercent, (text) => toNumber(text) / 100],
  toMargin: [toMargin, (text) => (text.startsWith('<') ? 0.01 : toNumber(text))],
  toSpeedMargin: [(margin) => toSpeedMargin({ kind: 'timed', perSecond: 1, margin }), toNumber],
}

describe.each(Object.entries(figures))('%s', (_, [print, read]) => {
  test('prints the number that its own text shows as the same text', () => {
    fc.assert(
      fc.property(value(), (number) => {
        const text = print(number)
        expect(print(read(text))).toBe(text)
      }),
      { numRuns: 2_000, seed: 4096 },
    )
  })

  test('never shows the smaller of two numbers as the larger', () => {
    fc.assert(
      fc.property(value(), value(), (one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)]
        expect(read(print(less))).toBeLessThanOrEqual(read(print(more)))
      }),
      { numRuns: 2_000, seed: 4096 },
    )
  })
})

/** From a millionth to tens of thousands, often just below a power of ten. */
function value(): fc.Arbitrary<number> {
  const scale = fc.integer({ min: -6, max: 4 }).map((power) => 10 ** power)
  const anywhere = fc.tuple(fc.nat(10_000), scale).map(([part, unit]) => (part / 1_000) * unit)
  const below = fc.tuple(fc.nat(1_000), scale).map(([part, unit]) => (1 - part / 10_000) * unit)
  return fc.oneof(anywhere, below)
}

function toNumber(text: string): number {
  return Number(text.replace(/[^\d.]/g, ''))
}
