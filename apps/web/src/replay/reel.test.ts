import { emptyRace, reduceRace } from '@drag-race/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeTape } from '../testing/tape.ts'
import { createReel } from './reel.ts'

const tapes = fc
  .array(
    fc.record({
      model: fc.constant('a'),
      stream: fc.boolean(),
      tokensAt: fc
        .array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 })
        .map((times) => times.toSorted((a, b) => a - b)),
      end: fc.constantFrom('done' as const, 'failed' as const, 'stopped' as const),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((lanes) => makeTape({ lanes }))

test('shows at any moment what the live race had folded by then, wound in any order', () => {
  fc.assert(
    fc.property(
      tapes,
      fc.array(
        fc.nat(1_000).map((thousandths) => thousandths / 1_000),
        { minLength: 1 },
      ),
      (tape, places) => {
        const reel = createReel(tape)
        let near = reel.stateAt(0)
        for (const place of places) {
          const raceMs = place * reel.endMs
          const seen = tape.filter(({ at }, index) => index === 0 || at <= raceMs)
          const state = reel.stateAt(raceMs, near)
          expect(state).toEqual(seen.reduce(reduceRace, emptyRace))
          near = state
        }
        expect(reel.stateAt(reel.endMs)).toEqual(tape.reduce(reduceRace, emptyRace))
        expect(reel.end).toEqual(reel.stateAt(reel.endMs, near))
      },
    ),
  )
})

test('is the same over many checkpoints, there and back', () => {
  const tokensAt = Array.from({ length: 9_000 }, (_, index) => index)
  const tape = makeTape({ lanes: [{ model: 'a', tokensAt, end: 'done' }] })
  const reel = createReel(tape)
  for (const raceMs of [0, 1, 1_999, 2_000, 8_999, 4_000, 3_999.5, 12, 0]) {
    const direct = tape.filter(({ at }) => at <= raceMs).reduce(reduceRace, emptyRace)
    expect(reel.stateAt(raceMs).lanes[0]?.chunks).toBe(direct.lanes[0]?.chunks)
    expect(reel.stateAt(raceMs).lanes[0]?.answer).toBe(direct.lanes[0]?.answer)
  }
})

test('steps from moment to moment and stays at its ends', () => {
  const reel = createReel(makeTape({ lanes: [{ model: 'a', tokensAt: [10, 20, 20, 30], end: 'done' }] }))
  expect([0, 10, 15, 20, 30].map((ms) => reel.neighbour(ms, 1))).toEqual([10, 20, 20, 30, 30])
  expect([30, 25, 20, 10, 5, 0].map((ms) => reel.neighbour(ms, -1))).toEqual([20, 10, 10, 0, 0, 0])
})

test('steps back over no moment at which a single thing happened', () => {
  const reel = createReel(makeTape({ lanes: [{ model: 'a', tokensAt: [10, 20, 30, 40], end: 'done' }] }))
  expect([40, 35, 30, 20, 10].map((ms) => reel.neighbour(ms, -1))).toEqual([30, 20, 20, 10, 0])
})
