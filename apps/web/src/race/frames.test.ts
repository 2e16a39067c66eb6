import { expect, test } from 'vitest'
import { request } from '../testing/feed.ts'
import { setUpStore } from '../testing/set-up-store.ts'
import { makeTape } from '../testing/tape.ts'
import { hasTurn, type Turn } from './turns.ts'

const tape = makeTape({ lanes: [{ model: 'a', tokensAt: [10, 20, 30], end: 'done' }] })

test('how far the picture is behind the tape is known after a second of frames', async () => {
  const { store, send, frame, paint, pass } = setUpStore()
  store.getState().start(request)
  await send(tape.slice(0, 3))
  frame()
  pass(4)
  paint()
  expect(store.getState().screenLagMs).toBeNull()
  pass(1_500)
  await send(tape.slice(3, 4))
  frame()
  paint()
  expect(store.getState().screenLagMs).toBeGreaterThan(0)
})

test('when frames grow long, lanes take turns, and frames go on until each lane has had its turn', async () => {
  const { store, send, frame, frames, paint, pass } = setUpStore()
  const tokensAt = Array.from({ length: 100 }, (_, index) => index + 1)
  const long = makeTape({
    lanes: ['a', 'b', 'c', 'd'].map((model) => ({ model, tokensAt, end: 'running' as const })),
    reason: null,
  })
  store.getState().open('r1')
  for (const event of long) {
    await send([event])
    frame()
    if (event.seq < 20) expect(store.getState().turn.stride).toBe(1)
    pass(event.seq < 20 ? 1 : 60)
    paint()
  }
  expect(store.getState().turn.stride).toBe(4)
  expect(store.getState().race.seq).toBe(long.at(-1)!.seq)
  // Nothing new comes: the three lanes that have had no turn since then get it in the next frames, which are the last.
  const drawn = new Set(lanesOf(store.getState().turn))
  for (let left = 3; left > 0; left--) {
    expect(frames).toHaveLength(1)
    frame()
    paint()
    for (const lane of lanesOf(store.getState().turn)) drawn.add(lane)
  }
  expect(frames).toHaveLength(0)
  expect([...drawn].sort()).toEqual([0, 1, 2, 3])
})

test('the picture is as far behind as the lane that waits longest for its turn', async () => {
  const { store, send, frame, paint, pass } = setUpStore()
  const tokensAt = Array.from({ length: 40 }, (_, index) => (index + 1) * 100)
  const waiting = { tokensAt: [], end: 'running' as const }
  const long = makeTape({
    lanes: [
      { model: 'a', tokensAt, end: 'running' },
      ...['b', 'c', 'd'].map((model) => ({ model, ...waiting })),
    ],
    reason: null,
  })
  store.getState().open('r1')
  for (const events of Map.groupBy(long, ({ at }) => at).values()) {
    await send(events)
    frame()
    pass(60)
    paint()
    pass(40)
  }
  expect(store.getState().turn.stride).toBe(4)
  // Three frames of 100 ms, and the 60 ms until the last one is painted.
  expect(store.getState().screenLagMs).toBe(360)
})

const lanesOf = (turn: Turn) => [0, 1, 2, 3].filter((lane) => hasTurn(lane, turn))
