import { emptyRace } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { toAnnouncements } from './announce.ts'
import { fold, makeTape } from './tape-for-tests.ts'

const tape = makeTape({
  lanes: [
    { model: 'fast', tokensAt: [182, 300, 400], end: 'done', endAt: 410 },
    { model: 'cut', tokensAt: [200], end: 'failed', endAt: 220 },
  ],
})

test('tells start, first tokens, finishes and verdict, in order, and no token', () => {
  let state = emptyRace
  const said: string[] = []
  for (const event of tape) {
    const next = fold([event], state)
    said.push(...toAnnouncements(state, next))
    state = next
  }
  expect(said).toEqual([
    'Race started with 2 lanes. Finish line: whole answer.',
    'Lane 1, fast: first token after 182 milliseconds.',
    'Lane 2, cut: first token after 200 milliseconds.',
    'Lane 2, cut: did not finish. Stream cut.',
    'Lane 1, fast: finished after 0.41 seconds.',
    'fast wins. Nobody else crossed the line. Finish line: whole answer. Clock ± 1.0 ms.',
  ])
})

test('a finished race that is opened is told by its verdict alone', () => {
  expect(toAnnouncements(emptyRace, fold(tape))).toHaveLength(1)
})

test('nothing new, nothing said', () => {
  const state = fold(tape.slice(0, 5))
  expect(toAnnouncements(state, state)).toEqual([])
})
