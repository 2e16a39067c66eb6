import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toPico, toPrice, toUsd } from './money.ts'

test('sums have no rounding errors', () => {
  expect(toUsd(BigInt(toPico(0.1)) + BigInt(toPico(0.2)))).toBe(0.3)
  expect(toUsd(BigInt(toPico(0.1)) * 1_000_000n)).toBe(100_000)
})

test('every cost of twelve decimals comes back as it was', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000_000_000_000 }), (pico) => {
      expect(toPico(toUsd(BigInt(pico)))).toBe(pico)
    }),
  )
})

test('is written for people', () => {
  expect([5_000_000_000_000n, 12_345_600_000n, 0n].map(toPrice)).toEqual(['$5.00', '$0.012346', '$0.00'])
  expect([100_000n, 999_999n, 1n].map(toPrice)).toEqual(['$0.0000001', '$0.000000999999', '$0.000000000001'])
})
