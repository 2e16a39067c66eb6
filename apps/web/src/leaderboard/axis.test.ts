import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromZero, spanning } from './axis.ts'

test('ticks are round and reach past the largest value', () => {
  expect(fromZero([180, 991])).toEqual({
    kind: 'linear',
    domain: [0, 1000],
    ticks: [0, 200, 400, 600, 800, 1000],
  })
  expect(fromZero([0.7]).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8])
})

test('without a value there is still an axis', () => {
  expect(fromZero([])).toEqual({ kind: 'linear', domain: [0, 1], ticks: [0, 1] })
  expect(spanning([]).kind).toBe('linear')
})

test('values far apart are set on a logarithmic scale', () => {
  expect(spanning([0.000015, 0.00039])).toEqual({
    kind: 'log',
    domain: [0.00001, 0.0005],
    ticks: [0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005],
  })
  expect(spanning([3, 4000]).ticks).toEqual([2, 10, 100, 1000, 5000])
})

test('a zero has no place on a logarithmic scale', () => {
  expect(spanning([0, 0.4, 100]).kind).toBe('linear')
})

test('any values lie within their axis, on few ticks that rise', () => {
  const values = fc.array(fc.double({ min: 1e-6, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(values, (some) => {
      for (const { domain, ticks } of [fromZero(some), spanning(some)]) {
        expect(Math.min(...some)).toBeGreaterThanOrEqual(domain[0])
        expect(Math.max(...some)).toBeLessThanOrEqual(domain[1] * (1 + 1e-6))
        expect(ticks.length).toBeLessThanOrEqual(16)
        expect(ticks[0]).toBe(domain[0])
        expect(ticks.at(-1)).toBe(domain[1])
        expect(ticks).toEqual([...new Set(ticks)].toSorted((a, b) => a - b))
      }
    }),
  )
})
