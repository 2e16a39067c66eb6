import { expect, test } from 'vitest'
import { row } from '../testing/board-row.ts'
import { toMeetings, toMeetingText, toShareText } from './meetings.ts'

test('what one won the other lost', () => {
  const rows = ['b', 'c', 'a'].map((model) => row({ model }))
  const headToHead = [{ a: 'a', b: 'b', wins: 3, ties: 1, losses: 2, races: 6 }]
  const { met, find } = toMeetings({ rows, headToHead })
  expect(met.map(({ model }) => model)).toEqual(['b', 'a'])
  expect(find('a', 'b')).toEqual({ wins: 3, ties: 1, losses: 2, races: 6 })
  expect(find('b', 'a')).toEqual({ wins: 2, ties: 1, losses: 3, races: 6 })
  expect(find('a', 'c')).toBeNull()
})

test('shares of a race are told to one decimal', () => {
  expect([3, 2.5, 0.333333, 2.97].map(toShareText)).toEqual(['3', '2.5', '0.3', '3'])
  expect(toMeetingText({ wins: 2.5, ties: 0, losses: 1, races: 4 })).toBe('2.5 won, 0 tied, 1 lost of 4')
})
