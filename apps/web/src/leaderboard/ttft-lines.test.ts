import { expect, test } from 'vitest'
import { row } from '../testing/board-row.ts'
import { linesMax, toMarked, toNames, toTtftLines } from './ttft-lines.ts'

const at = (minute: number) => `2026-03-01T12:${String(minute).padStart(2, '0')}:00.000Z`

test('lines stand in the order of the board and share its groups', () => {
  const { times, lines } = toTtftLines({
    rows: [row({ model: 'b' }), row({ model: 'x' }), row({ model: 'a' })],
    ttftOverTime: [
      {
        model: 'a',
        points: [
          { at: at(1), ttftMs: 300 },
          { at: at(3), ttftMs: 100 },
        ],
      },
      {
        model: 'b',
        points: [
          { at: at(2), ttftMs: 90 },
          { at: at(3), ttftMs: 80 },
        ],
      },
      { model: 'x', points: [] },
    ],
  })
  expect(times.map((time) => time.getUTCMinutes())).toEqual([1, 2, 3])
  expect(lines).toEqual([
    { model: 'b', lane: 0, values: [null, 90, 80], firstMs: 90, lastMs: 80, lowestMs: 80, highestMs: 90 },
    {
      model: 'a',
      lane: 2,
      values: [300, null, 100],
      firstMs: 300,
      lastMs: 100,
      lowestMs: 100,
      highestMs: 300,
    },
  ])
})

test('the first of the board are drawn, the rest is named', () => {
  const models = Array.from({ length: linesMax + 2 }, (_, index) => `m${index}`)
  const { lines, rest } = toTtftLines({
    rows: models.map((model) => row({ model })),
    ttftOverTime: models.toReversed().map((model) => ({ model, points: [{ at: at(1), ttftMs: 1 }] })),
  })
  expect(lines.map(({ lane }) => lane)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(rest).toEqual(['m8', 'm9'])
})

test('marks are few, never where nothing is, and the last value has one', () => {
  expect([...toMarked([1, null, 3, 4], 8)]).toEqual([0, 2, 3])
  expect([...toMarked([1, 2, 3, 4, 5, 6, 7], 3)]).toEqual([0, 3, 6])
  expect([...toMarked([1, 2, 3, 4, 5, 6, null], 3)]).toEqual([1, 3, 5])
})

test('a long list of names ends in a number', () => {
  expect(toNames(['a', 'b'])).toBe('a, b')
  expect(toNames(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more')
  // It would show the rest of the sentence from right to left.
  expect(toNames(['\u202ea', 'b'])).toBe('a, b')
})
