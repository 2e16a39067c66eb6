import fc from 'fast-check'
import { expect, test } from 'vitest'
import { endOf, periods, startOf } from './period.ts'

const iso = (ms: number) => new Date(ms).toISOString()

test.each([
  ['hour', '2026-03-29T13:00:00.000Z', '2026-03-29T14:00:00.000Z'],
  ['day', '2026-03-29T00:00:00.000Z', '2026-03-30T00:00:00.000Z'],
  // 29 March 2026 is a Sunday: its week began six days before.
  ['week', '2026-03-23T00:00:00.000Z', '2026-03-30T00:00:00.000Z'],
  ['month', '2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'],
] as const)('the %s of a Sunday in March', (period, start, end) => {
  const startMs = startOf(period, Date.parse('2026-03-29T13:14:15Z'))
  expect([iso(startMs), iso(endOf(period, startMs)!)]).toEqual([start, end])
})

test('December ends with the year, and a total never', () => {
  const december = startOf('month', Date.parse('2026-12-31T23:59:59.999Z'))
  expect(iso(endOf('month', december)!)).toBe('2027-01-01T00:00:00.000Z')
  expect(endOf('total', startOf('total', december))).toBeNull()
})

test('every moment lies in exactly one period of each kind', () => {
  const moments = fc.integer({ min: 0, max: Date.parse('2100-01-01T00:00:00Z') })
  fc.assert(
    fc.property(moments, fc.constantFrom(...periods), (atMs, period) => {
      const startMs = startOf(period, atMs)
      const endMs = endOf(period, startMs) ?? Number.POSITIVE_INFINITY
      expect(startMs <= atMs && atMs < endMs).toBe(true)
      expect(startOf(period, startMs)).toBe(startMs)
      if (endMs !== Number.POSITIVE_INFINITY) expect(startOf(period, endMs)).toBe(endMs)
    }),
  )
})
