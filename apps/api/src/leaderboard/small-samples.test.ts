import { expect, test } from 'vitest'
import { normalTail, widenedTail } from './small-samples.ts'

test('tails of the normal agree with the tables', () => {
  expect(normalTail(0)).toBeCloseTo(0.5, 6)
  expect(normalTail(1)).toBeCloseTo(0.1586553, 6)
  expect(normalTail(1.959964)).toBeCloseTo(0.025, 6)
  expect(normalTail(3)).toBeCloseTo(0.0013499, 6)
})

test('few races leave less outside the interval, many a fortieth on each side', () => {
  expect(widenedTail(1)).toBe(0)
  // √(11/9) · 1.96 = 2.1668
  expect(widenedTail(10)).toBeCloseTo(0.0151, 4)
  expect(widenedTail(30)).toBeCloseTo(0.0213, 3)
  expect(widenedTail(1e6)).toBeCloseTo(0.025, 5)
})
