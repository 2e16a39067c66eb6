import { expect, test } from 'vitest'
import { dayMs } from '../books/period.ts'
import { toCount } from '../books/spending.ts'
import { createCounters, others } from './counters.ts'

const perDay = toCount(['caller'], 'day')
const nowMs = Date.parse('2026-03-15T12:00:00Z')

test('when the memory is full, newcomers share one counter, and nobody else loses theirs', () => {
  const counters = createCounters(2)
  const [a, b] = ['["a"]', '["b"]'].map((subject) => counters.find(perDay, subject, nowMs))
  a!.spent = 5n
  const c = counters.find(perDay, '["c"]', nowMs)
  expect(c.subject).toBe(others)
  expect(counters.find(perDay, '["d"]', nowMs)).toBe(c)
  expect([counters.find(perDay, '["a"]', nowMs), counters.find(perDay, '["b"]', nowMs)]).toEqual([a, b])
})

test('counters of ended periods make room, unless a call still has a reservation there', () => {
  const counters = createCounters(2)
  counters.find(perDay, '["a"]', nowMs).reserved = 1n
  counters.find(perDay, '["b"]', nowMs)
  const later = nowMs + 2 * dayMs
  const c = counters.find(perDay, '["c"]', later)
  expect(c.subject).toBe('["c"]')
  expect(counters.find(perDay, '["a"]', nowMs).reserved).toBe(1n)
  expect(counters.list(later)).toEqual([c])
})

test('counters of a total are never dropped, and always listed', () => {
  const counters = createCounters(2)
  const forever = toCount(['caller'], 'total')
  const mine = counters.find(forever, '["a"]', nowMs)
  mine.spent = 5n
  counters.find(perDay, '["b"]', nowMs)
  const later = nowMs + 400 * dayMs
  counters.find(perDay, '["c"]', later)
  expect(counters.find(forever, '["a"]', later)).toBe(mine)
  expect(counters.list(later)).toContain(mine)
})

test.each([
  ['while it lasts', -1, false],
  ['for ten minutes more, for calls that are on their way', 600_000, false],
  ['not longer', 600_001, true],
])('a period is kept %s', (_, afterMs, isForgotten) => {
  const counters = createCounters(1)
  const endsAtMs = Date.parse('2026-03-16T00:00:00Z')
  counters.find(perDay, '["a"]', nowMs).spent = 5n
  counters.find(perDay, '["b"]', endsAtMs + afterMs)
  expect(counters.find(perDay, '["a"]', nowMs).spent).toBe(isForgotten ? 0n : 5n)
})

test('a period that ends now is over', () => {
  const counters = createCounters()
  const counter = counters.find(perDay, '["a"]', nowMs)
  expect(counters.list(counter.endsAtMs! - 1)).toEqual([counter])
  expect(counters.list(counter.endsAtMs!)).toEqual([])
})
