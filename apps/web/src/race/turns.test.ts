import { expect, test } from 'vitest'
import { createTurns, hasTurn, strideMax, type Turn } from './turns.ts'

const lanes = [0, 1, 2, 3, 4, 5, 6, 7]

/** Runs so many frames, each of which takes `toMs`, and returns their turns. */
function run(
  turns: ReturnType<typeof createTurns>,
  frames: number,
  toMs: (turn: Turn, index: number) => number,
): Turn[] {
  return Array.from({ length: frames }, (_, index) => {
    const turn = turns.next(lanes.length)
    turns.painted(toMs(turn, index))
    return turn
  })
}

test('as long as a frame’s work fits, every lane is drawn in every frame', () => {
  const ran = run(createTurns(), 100, () => 6)
  expect(ran.every((turn) => lanes.every((lane) => hasTurn(lane, turn)))).toBe(true)
  // Another object would render every lane anew.
  expect(new Set(ran).size).toBe(1)
})

test('when it does not fit, each lane has exactly one turn in each round of frames', () => {
  const ran = run(createTurns(), 200, ({ stride }) => 20 / stride)
  const { stride } = ran.at(-1)!
  expect(stride).toBe(3)
  const last = ran.slice(-stride)
  for (const lane of lanes) expect(last.filter((turn) => hasTurn(lane, turn))).toHaveLength(1)
})

test('no lane waits for more than a few frames, or for more turns than there are lanes', () => {
  const turns = createTurns()
  expect(run(turns, 200, () => 500).at(-1)!.stride).toBe(strideMax)
  expect(turns.next(2).stride).toBe(2)
  expect(turns.next(1).stride).toBe(1)
  expect(turns.next(0).stride).toBe(1)
})

test('a single long frame changes nothing, and slow frames are forgotten', () => {
  const turns = createTurns()
  expect(run(turns, 100, (_, index) => (index === 50 ? 60 : 4)).every(({ stride }) => stride === 1)).toBe(
    true,
  )
  run(turns, 200, ({ stride }) => 40 / stride)
  expect(run(turns, 200, ({ stride }) => 4 / stride).at(-1)!.stride).toBe(1)
})
