import { expect, test } from 'vitest'
import { toAgo, toDay, toFullTime, toMinute } from './when.ts'

const now = Date.parse('2026-03-15T12:00:00Z')
/** By the clock of the machine that runs the tests. */
const noon = new Date(2026, 1, 1, 12).toISOString()

test.each([
  [0, 'just now'],
  [59, 'just now'],
  [60, '1 min ago'],
  [59 * 60, '59 min ago'],
  [3600, '1 hr ago'],
  [23 * 3600, '23 hr ago'],
  [24 * 3600, '1 day ago'],
  [13 * 24 * 3600, '13 days ago'],
  // A browser whose clock is behind the app's.
  [-30, 'just now'],
  [-3600, 'just now'],
])('%i seconds ago', (seconds, words) => {
  expect(toAgo(new Date(now - seconds * 1000).toISOString(), now)).toBe(words)
})

test('a race that an app with a wrong clock ran in the future has its date', () => {
  expect(toAgo(new Date(2026, 3, 1, 12).toISOString(), now)).toBe('1 Apr 2026')
})

test('from two weeks on the date says more', () => {
  expect(toAgo(noon, now)).toBe('1 Feb 2026')
})

test('a date looks the same wherever it stands, whatever the language of the browser', () => {
  expect(toDay(noon)).toBe('1 Feb 2026')
  expect(toMinute(noon)).toBe('1 Feb 2026, 12:00')
  expect(toFullTime(noon)).toBe('Sunday, 1 February 2026 at 12:00:00')
})

test('a time that is none is shown as such', () => {
  expect(toAgo('yesterday', now)).toBe('at an unknown time')
  expect(toFullTime('yesterday')).toBe('yesterday')
})
