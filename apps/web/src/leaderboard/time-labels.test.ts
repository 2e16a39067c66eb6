import { expect, test } from 'vitest'
import { toTickSteps, toTimeLabels } from './time-labels.ts'

const labels = (...times: string[]) =>
  toTimeLabels(
    times.map((time) => new Date(time)),
    'UTC',
  )

test('a day is told by the hour', () => {
  expect(labels('2026-03-01T08:05:00Z', '2026-03-01T17:30:00Z')).toEqual(['08:05', '17:30'])
})

test('two days carry both, weeks their days, years their months', () => {
  expect(labels('2026-03-01T23:05:00Z', '2026-03-02T01:30:00Z')).toEqual(['1 Mar, 23:05', '2 Mar, 01:30'])
  expect(labels('2026-03-01T23:05:00Z', '2026-03-20T01:30:00Z')).toEqual(['1 Mar', '20 Mar'])
  expect(labels('2025-03-01T23:05:00Z', '2026-03-20T01:30:00Z')).toEqual(['Mar 2025', 'Mar 2026'])
})

test('nothing has no label', () => {
  expect(labels()).toEqual([])
})

test('the ends are named, and what is evenly between', () => {
  const steps = Array.from({ length: 11 }, (_, step) => String(step))
  expect(toTickSteps(steps, 3)).toEqual([0, 5, 10])
  expect(toTickSteps(['a', 'b'], 6)).toEqual([0, 1])
  expect(toTickSteps(['a'], 6)).toEqual([0])
  expect(toTickSteps([], 6)).toEqual([])
})

test('a name that stands already is not said again', () => {
  expect(toTickSteps(['12:01', '12:01', '12:02', '12:02'], 4)).toEqual([0, 2])
})
