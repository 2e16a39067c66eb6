import { type EventOf, foldRace, type RaceEvent, type Unnumbered } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { toHandmade } from '../testing/handmade-tape.ts'
import { toLaneRows, toLaneSummary } from './lane-rows.ts'

function done(lane: number, outputTokens: number, reasoningTokens: number): Unnumbered {
  return {
    ...{ type: 'done', lane, at: 1_000, totalMs: 1_000, finishReason: 'stop', costUsd: null, gateway: null },
    usage: { inputTokens: 3, outputTokens, reasoningTokens, cachedTokens: null, source: 'usage' },
  }
}

test('a row has the tokens that were sent, and a mark where our tokenizer counted some of them', () => {
  const thought = { type: 'token', at: 960, lane: 1, content: 'so', kind: 'reasoning' } as const
  // All of the reasoning of lane 0 is hidden, and all but one token of that of lane 1.
  const tape = toHandmade('race', thought, done(0, 50, 40), done(1, 150, 100))
  const counts = toLaneRows('race', foldRace(tape)).map((row) => [
    row.output_tokens,
    row.sent_tokens,
    row.is_estimated,
  ])
  expect(counts).toEqual([
    [50, 10, 0],
    [150, 51, 1],
  ])
})

test('a row of a lane that runs, or waits for its light, says how long it has run so far', () => {
  const rows = toLaneRows('race', foldRace(toHandmade('race', done(0, 1, 0))))
  expect(rows.map(({ outcome, elapsed_ms }) => [outcome, elapsed_ms])).toEqual([
    ['done', 1_000],
    ['running', 1_000],
  ])
  const waiting = toLaneRows('race', foldRace(toHandmade('race').slice(0, 1)))
  expect(waiting.map(({ outcome, elapsed_ms }) => [outcome, elapsed_ms])).toEqual([
    ['running', null],
    ['running', null],
  ])
})

test('a row says whether its lane streams, is simulated, or watches the clock', () => {
  const [start, ...rest] = toHandmade('race') as [EventOf<'race-start'>, ...RaceEvent[]]
  const [first, second] = start.lanes.map((entry) => ({ ...entry, provider: 'p' }))
  const lanes = [
    { ...first!, stream: false, simulated: true },
    { ...second!, sentinel: true },
  ]
  const rows = toLaneRows('race', foldRace([{ ...start, lanes }, ...rest]))
  expect(rows.map(toLaneSummary)).toMatchObject([
    { lane: 0, model: 'm', provider: 'p', stream: false, simulated: true, sentinel: false },
    { lane: 1, model: 'm', provider: 'p', stream: true, simulated: false, sentinel: true },
  ])
})

test('a lane that somebody stopped has no code of an error, one that failed has', () => {
  const ended = (lane: number, code: string): Unnumbered => ({
    ...{ type: 'error', at: 960, lane, code, message: 'no', status: null, retryAfterMs: null },
  })
  const tape = toHandmade('race', ended(0, 'stopped'), ended(1, 'overloaded'))
  const rows = toLaneRows('race', foldRace(tape))
  expect(rows.map(({ outcome, error_code }) => [outcome, error_code])).toEqual([
    ['stopped', null],
    ['failed', 'overloaded'],
  ])
})
