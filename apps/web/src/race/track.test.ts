import type { FinishLine } from '@drag-race/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fold, makeTape } from '../testing/tape.ts'
import { carPosition, tickPosition } from './track.ts'

const times = (count: number) => Array.from({ length: count }, (_, index) => (index + 1) * 10)

function positions(finish: FinishLine, end: 'done' | 'failed' = 'done', count = 40, tokensEach = 1) {
  const tape = makeTape({ lanes: [{ model: 'a', tokensAt: times(count), tokensEach, end }], finish })
  return tape.map((_, index) => carPosition(fold(tape.slice(0, index + 1)).lanes[0]!, finish))
}

test('a car starts at 0 and is at 1 when it has crossed', () => {
  for (const finish of ['done', 'first-token', { tokens: 20 }] satisfies FinishLine[]) {
    expect(positions(finish)[0]).toBe(0)
    expect(positions(finish).at(-1)).toBe(1)
  }
})

test('a car never goes back and never leaves the track', () => {
  const finish = fc.oneof(
    fc.constantFrom('done' as const, 'first-token' as const),
    fc.record({ tokens: fc.integer({ min: 1, max: 90 }) }),
  )
  fc.assert(
    fc.property(
      finish,
      fc.constantFrom('done', 'failed'),
      fc.nat(60),
      fc.integer({ min: 1, max: 40 }),
      (...args) => {
        const places = positions(...args)
        expect(places.every((place, index) => place >= (places[index - 1] ?? 0) && place <= 1)).toBe(true)
      },
    ),
  )
})

test('with a number of tokens the car is where the tokens are', () => {
  expect(positions({ tokens: 20 }, 'done', 10).at(-1)).toBe(0.5)
})

test('where the first token is the finish line, the car goes from start to finish with it', () => {
  expect([...new Set(positions('first-token'))]).toEqual([0, 1])
})

test('where the end of the answer is the finish line, the car waits short of it until the lane is done', () => {
  expect(positions('done', 'failed', 50, 100).at(-1)).toBe(0.96)
  expect(positions('done', 'done', 50, 100).at(-1)).toBe(1)
})

test('a later first token stands further along, within the first quarter', () => {
  const ticks = [0, 100, 400, 2000, 60_000].map(tickPosition)
  expect(ticks).toEqual(ticks.toSorted((a, b) => a - b))
  expect(new Set(ticks).size).toBe(ticks.length)
  expect(ticks.every((place) => place >= 0 && place <= 0.25)).toBe(true)
})
