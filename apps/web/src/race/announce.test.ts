import { emptyRace } from '@drag-race/contracts'
import { describe, expect, test } from 'vitest'
import { createReel } from '../replay/reel.ts'
import { fold, makeTape } from '../testing/tape.ts'
import { toAnnouncements, toWords } from './announce.ts'

const tape = makeTape({
  lanes: [
    { model: 'fast', tokensAt: [182, 300, 400], end: 'done', endAt: 410 },
    { model: 'cut', tokensAt: [200], end: 'failed', endAt: 220 },
  ],
})

const tapeOfCut = makeTape({
  lanes: [
    {
      model: 'short',
      tokensAt: [182, 300, 400],
      end: 'done',
      endAt: 410,
      finishReason: 'length',
      params: { maxTokens: 3 },
    },
    { model: 'cut', tokensAt: [200], end: 'failed', endAt: 220 },
  ],
})

test('announces start, first tokens, finishes and verdict, in order, and no other token', () => {
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
    'fast wins. Nobody else crossed the line. Finish line: whole answer. Clock ±\u00a01.0\u00a0ms.',
  ])
})

test('an answer that was cut is heard with its lane, and with the verdict', () => {
  const [before, after] = [tapeOfCut.slice(0, -2), tapeOfCut]
  expect(toAnnouncements(fold(before), fold(after))).toEqual([
    'Lane 1, short: finished after 0.41 seconds, its answer cut at its limit of 3 tokens.',
    'short wins. Nobody else crossed the line. Finish line: whole answer. short’s answer was cut at its limit of 3 tokens. Clock ±\u00a01.0\u00a0ms.',
  ])
})

test('of a finished race that is opened, only the verdict is announced', () => {
  expect(toAnnouncements(emptyRace, fold(tape))).toHaveLength(1)
})

test('what came of a race while the tab was hidden is announced, also where the race before it had ended', () => {
  const next = makeTape({ lanes: [{ model: 'm', tokensAt: [90], end: 'done', endAt: 100 }] })
  const announced = (length: number) =>
    toAnnouncements(fold(tape), { ...fold(next.slice(0, length)), raceId: 'next' })
  expect(announced(next.length - 1)).toEqual([
    'Race started with 1 lane. Finish line: whole answer.',
    'Lane 1, m: first token after 90 milliseconds.',
    'Lane 1, m: finished after 0.10 seconds.',
  ])
  expect(announced(next.length)).toEqual([expect.stringMatching(/^One lane alone/)])
})

test('a race of one lane and its sentinel is announced as one lane', () => {
  const [lane, sentinel] = [{ model: 'm' }, { model: 's', sentinel: true as const }].map((named) => ({
    ...named,
    tokensAt: [],
    end: 'running' as const,
  }))
  const one = makeTape({ lanes: [lane!, sentinel!], reason: null })
  expect(toAnnouncements(emptyRace, fold(one))).toEqual([
    'Race started with 1 lane. Finish line: whole answer.',
  ])
})

test('nothing new, nothing said', () => {
  const state = fold(tape.slice(0, 5))
  expect(toAnnouncements(state, state)).toEqual([])
})

describe('a replay', () => {
  const reel = createReel(tape)
  /** What is said while the cursor goes through these times. */
  const listen = (timesMs: readonly number[]) => {
    let told = emptyRace
    return timesMs.flatMap((timeMs) => {
      const race = reel.stateAt(timeMs, told)
      const words = toWords(told, race)
      told = race
      return words === null ? [] : [words]
    })
  }
  const frames = Array.from({ length: Math.ceil(reel.endMs / 16) + 1 }, (_, frame) => 16 * frame)

  test('is announced lane by lane, as the live race was', () => {
    expect(listen(frames)).toEqual([
      'Race started with 2 lanes. Finish line: whole answer.',
      'Lane 1, fast: first token after 182 milliseconds.',
      'Lane 2, cut: first token after 200 milliseconds.',
      'Lane 2, cut: did not finish. Stream cut.',
      'Lane 1, fast: finished after 0.41 seconds. fast wins. Nobody else crossed the line. Finish line: whole answer. Clock ±\u00a01.0\u00a0ms.',
    ])
  })

  test('that was wound back is silent, and then announces the same again', () => {
    const forth = 'Lane 2, cut: did not finish. Stream cut.'
    expect(listen([0, 210, 230, 210, 230]).slice(2)).toEqual([forth, '', forth])
  })

  test('from the start again is announced from the start', () => {
    const once = listen(frames)
    expect(listen([...frames, ...frames])).toEqual([...once, ...once])
  })
})
