import { expect, test } from 'vitest'
import { dayMs } from '../books/period.ts'
import { toCount } from '../books/spending.ts'
import { createCounters } from './counters.ts'

const perDay = toCount(['caller'], 'day')
const nowMs = Date.parse('2026-03-15T12:00:00Z')

test('when the memory is full, newcomers share one counter, and nobody else loses theirs', () => {
  const counters = createCounters(2)
  const [a, b] = ['["a"]', '["b"]'].map((subject) => counters.find(perDay, subject, nowMs))
  a!.spent = 5n
  const c = counters.find(perDay, '["c"]', nowMs)
  expect(counters.find(perDay, '["d"]', nowMs)).toBe(c)
  expect([counters.find(perDay, '["a"]', nowMs), counters.find(perDay, '["b"]', nowMs)]).toEqual([a, b])
})

test('what is over makes room, unless a call still runs there', () => {
  const counters = createCounters(2)
  counters.find(perDay, '["a"]', nowMs).reserved = 1n
  counters.find(perDay, '["b"]', nowMs)
  const later = nowMs + 2 * dayMs
  const c = counters.find(perDay, '["c"]', later)
  expect(c.subject).toBe('["c"]')
  expect(counters.find(perDay, '["a"]', nowMs).reserved).toBe(1n)
  expect(counters.list(later)).toEqual([c])
})
