import { expect, test } from 'vitest'
import { row } from '../testing/board-row.ts'
import {
  toAnsweredInterval,
  toAnsweredText,
  toAskedText,
  toClockText,
  toEmptyText,
  toIntervalText,
  toLeftOutText,
} from './board-words.ts'

test('nothing left out is not mentioned', () => {
  expect(toLeftOutText([])).toBe('')
})

test('one reason is said without being counted twice', () => {
  expect(toLeftOutText([{ why: 'still running', races: 1 }])).toBe('1 race does not count: still running.')
  expect(toLeftOutText([{ why: 'still running', races: 1200 }])).toBe(
    '1,200 races do not count: still running.',
  )
})

test('several reasons stand in one line, each with its number', () => {
  const leftOut = [
    { why: 'fewer than two different models', races: 3 },
    { why: 'still running', races: 1 },
  ]
  expect(toLeftOutText(leftOut)).toBe(
    '4 races do not count: 3 fewer than two different models; 1 still running.',
  )
})

test('the clock is told with the races that were disturbed', () => {
  expect(toClockText({ marginMs: null, disturbedRaces: 0 })).toBe('')
  expect(toClockText({ marginMs: 2, disturbedRaces: 0 })).not.toContain('disturbed')
  expect(toClockText({ marginMs: 2, disturbedRaces: 1 })).toContain('±\u00a02.0\u00a0ms')
  expect(toClockText({ marginMs: 2, disturbedRaces: 1 })).toContain('1 race was disturbed')
  expect(toClockText({ marginMs: 2, disturbedRaces: 3 })).toContain('3 races were disturbed')
})

test('races whose lanes were asked differently are told, and none is not mentioned', () => {
  expect(toAskedText({ askedDifferentlyRaces: 0 })).toBe('')
  expect(toAskedText({ askedDifferentlyRaces: 1200 })).toContain(
    'In 1,200 of these races not all lanes were asked',
  )
})

test('an empty board says what to do about it', () => {
  expect(toEmptyText({ by: 'cost', span: 'all' }).todo).toContain('Run a race of two different models')
  expect(toEmptyText({ by: 'total', span: 'day' }).todo).toContain('Widen')
})

test('how often a model answered is told of its calls, and nothing of none', () => {
  const some = row({ reliability: { answered: 26, calls: 29, low: 0.736, high: 0.964 } })
  expect([toAnsweredText(some), toAnsweredInterval(some)]).toEqual(['26 of 29', '74 to 96 %'])
  const none = row({ reliability: { answered: 0, calls: 0, low: 0, high: 1 } })
  expect([toAnsweredText(none), toAnsweredInterval(none)]).toEqual(['—', ''])
})

test('an interval reads as one span', () => {
  expect(toIntervalText(row({ winRateLow: 0.579, winRateHigh: 0.867 }))).toBe('58 to 87 %')
})
