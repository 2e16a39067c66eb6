import { expect, test } from 'vitest'
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
  toWithin,
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
  [toGap(12.34), '12.3 ms'],
  [toGap(310), '0.31 s'],
  [toCount(1_204_300), '1,204,300'],
  [toSpeed(287.14), '287.1'],
  [toSpeed(2871.4), '2,871'],
  [toMargin(0.9), '± 0.9 ms'],
  [toMargin(20.4), '± 20 ms'],
  [toMargin(null), 'margin not measured'],
  // The first of each form, and the nearest whole.
  [toFineMs(1), '1.0'],
  [toFineMs(100), '100'],
  [toFineMs(150.6), '151'],
  [toGap(100), '0.10 s'],
  [toCount(1.6), '2'],
  [toSpeed(1_000), '1,000'],
  [toSpeed(2_871.6), '2,872'],
  [toMargin(10), '± 10 ms'],
  [toMargin(20.6), '± 21 ms'],
  [toCost(0.000005), '$0.00001'],
  [toCost(0.01), '$0.0100'],
  [toCost(1), '$1.00'],
  [toPercent(0.626), '63 %'],
  [toPercent(0), '0 %'],
  [toPercent(1), '100 %'],
  [toMsWithin(1_342.4, 1.84), '1,342 ms ± 1.8'],
  [toMsWithin(342, null), '342 ms'],
  [toMsWithin(null, 1.8), '—'],
  [toWithin(null), ''],
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
