import { expect, test } from 'vitest'
import { toCost, toCount, toFineMs, toGap, toMargin, toMs, toSeconds, toSpeed } from './figures.ts'

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
