import { expect, test } from 'vitest'
import { makeTape } from '../testing/tape.ts'
import { createPlayer, type PlayerOptions } from './player.ts'
import { createReel } from './reel.ts'

/** A player over a second of tape, and a display that draws a frame when it is told. */
function setUp(startAt: PlayerOptions['startAt'] = 'start') {
  const tokensAt = Array.from({ length: 101 }, (_, index) => index * 10)
  const reel = createReel(makeTape({ lanes: [{ model: 'a', tokensAt, end: 'done' }] }))
  let asked: ((nowMs: number) => void)[] = []
  const player = createPlayer(reel, { startAt, requestFrame: (callback) => asked.push(callback) })
  const frame = (nowMs: number) => {
    const due = asked
    asked = []
    for (const draw of due) draw(nowMs)
  }
  const chunks = () => player.getState().race.lanes[0]?.chunks
  return { player, frame, chunks, asked: () => asked.length, state: () => player.getState() }
}

test('plays at its rate, from the first frame on, and stops at the end', () => {
  const { player, frame, chunks, state, asked } = setUp()
  player.getState().play()
  frame(5_000)
  expect(state().cursorMs).toBe(0)
  frame(5_100)
  expect([state().cursorMs, chunks()]).toEqual([100, 11])
  player.getState().setRate(4)
  frame(5_200)
  expect([state().cursorMs, chunks()]).toEqual([500, 51])
  player.getState().setRate(0.25)
  frame(5_400)
  expect(state().cursorMs).toBe(550)
  player.getState().setRate(8)
  frame(5_600)
  expect(state()).toMatchObject({ cursorMs: 1_000, isPlaying: false })
  expect(state().race.end).not.toBeNull()
  expect(asked()).toBe(0)
})

test('stands while it is paused, and does not make up for the time', () => {
  const { player, frame, state } = setUp()
  expect(state().cursorMs).toBe(0)
  player.getState().toggle()
  frame(0)
  frame(50)
  player.getState().toggle()
  frame(100)
  player.getState().play()
  frame(9_000)
  frame(9_050)
  expect(state().cursorMs).toBe(100)
})

test('stands while nobody looks: a tab without frames misses nothing', () => {
  const { player, frame, state } = setUp()
  player.getState().play()
  frame(0)
  frame(100)
  frame(600_000)
  expect(state()).toMatchObject({ cursorMs: 350, isPlaying: true })
})

test('is sought both ways, within its ends, and asks one frame at a time', () => {
  const { player, frame, chunks, state, asked } = setUp('end')
  expect(state().race.end).not.toBeNull()
  player.getState().seek(200)
  expect([state().cursorMs, chunks(), state().race.end]).toEqual([200, 21, null])
  player.getState().seek(-5)
  expect([state().cursorMs, chunks()]).toEqual([0, 1])
  player.getState().seek(99_999)
  expect([state().cursorMs, chunks()]).toEqual([1_000, 101])
  player.getState().play()
  player.getState().pause()
  player.getState().play()
  expect(asked()).toBe(1)
  frame(0)
  // Played again from its end it starts over.
  expect(state().cursorMs).toBe(0)
})

test('steps to what happened next or before, and stops playing', () => {
  const { player, state } = setUp()
  player.getState().play()
  player.getState().step(1)
  player.getState().step(1)
  expect(state()).toMatchObject({ cursorMs: 20, isPlaying: false })
  player.getState().step(-1)
  expect(state().cursorMs).toBe(10)
})
