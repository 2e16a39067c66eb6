import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  emptyRace,
  type RaceEvent,
  reduceRace,
  type SimulatorLedger,
  toCrossingErrors,
  toLaneErrors,
  toRoadErrors,
  toSpread,
  type Unnumbered,
} from './index.ts'

const lightNs = 5_000_000_000n
const ns = (ms: number) => String(lightNs + BigInt(Math.round(ms * 1e6)))

/** The simulator's side: read at 12 ms, tokens at 62, 72, 82, ended at 92 after the light. */
const ledger: SimulatorLedger = {
  completionId: 'c',
  model: 'm',
  seed: 1,
  stream: true,
  acceptedAtNs: ns(12),
  chunks: [62, 72, 82].map((ms) => ({ tokens: 1, dueAtNs: ns(ms), writtenAtNs: ns(ms) })),
  endedAtNs: ns(92),
}

function lane(tokensAt: number[], doneAt: number | null, startAt = 10) {
  const entry = { lane: 0, model: 'm', stream: true, provider: null, simulated: true }
  const events: Unnumbered[] = [
    {
      type: 'race-start',
      at: 0,
      raceId: 'r',
      startedAt: '',
      request: { prompt: 'p', lanes: [{ model: 'm', stream: true }], finish: 'done' },
      lanes: [entry],
    },
    { type: 'lane-start', at: startAt, lane: 0 },
    ...tokensAt.map((at): Unnumbered => ({ type: 'token', at, lane: 0, content: 'x', kind: 'answer' })),
  ]
  if (doneAt !== null) {
    events.push({
      type: 'done',
      at: doneAt,
      lane: 0,
      totalMs: doneAt - startAt,
      finishReason: 'stop',
      usage: { inputTokens: 1, outputTokens: 3, reasoningTokens: null, cachedTokens: null, source: 'usage' },
      costUsd: null,
      gateway: null,
    })
  }
  return events.map((event, seq) => ({ ...event, seq }) as RaceEvent).reduce(reduceRace, emptyRace).lanes[0]!
}

test('the error of a figure is what the network, the gateway and the clock added to the simulator’s own time', () => {
  const errors = toLaneErrors(lane([63, 72.5, 84], 92.75), lightNs, ledger)!
  expect(errors).toEqual({ requestMs: 2, tokensMs: [1, 0.5, 2], ttftMs: 3, totalMs: 2.75 })
  expect(toCrossingErrors(errors)).toEqual([3, 2.5, 4])
})

test('a lane that was stopped is compared as far as it came', () => {
  const errors = toLaneErrors(lane([63, 72.5], null), lightNs, ledger)
  expect(errors).toMatchObject({ tokensMs: [1, 0.5], totalMs: null })
  const broken = toLaneErrors(lane([63, 72.5, 84], null), lightNs, ledger)
  expect(broken).toMatchObject({ tokensMs: [1, 0.5, 2], totalMs: null })
})

test('where no token came, or none was written, there is no error of a token', () => {
  const none = { requestMs: 2, ttftMs: null, totalMs: null }
  expect(toRoadErrors(lane([], null), lightNs, ledger)).toEqual({ ...none, tokensMs: [] })
  expect(toRoadErrors({ ...lane([63], null), stream: false }, lightNs, ledger)?.ttftMs).toBeNull()
  const silent = { ...ledger, chunks: [] }
  expect(toRoadErrors(lane([63], null), lightNs, silent)).toEqual({ ...none, tokensMs: null })
})

test('a stamp can be earlier than the writing by the grain of the tape, but by no more', () => {
  const written = (ms: number) => ({
    ...ledger,
    chunks: [{ tokens: 1, dueAtNs: ns(ms), writtenAtNs: ns(ms) }],
  })
  expect(toRoadErrors(lane([62], null), lightNs, written(62.005))).toMatchObject({
    tokensMs: [expect.closeTo(-0.005, 9)],
    ttftMs: expect.closeTo(1.995, 9),
  })
  expect(toRoadErrors(lane([62], null), lightNs, written(62.025))).toBeNull()
})

test('where a gateway regrouped the text, the errors of the first token and of the end are known, and no other', () => {
  expect(toRoadErrors(lane([63, 84], 92.75), lightNs, ledger)).toEqual({
    requestMs: 2,
    tokensMs: null,
    ttftMs: 3,
    totalMs: 2.75,
  })
  const early = {
    ...ledger,
    chunks: ledger.chunks.slice(1).map((chunk) => ({ ...chunk, writtenAtNs: ns(64) })),
  }
  expect(toRoadErrors(lane([63, 64, 65], 92.75), lightNs, early)).toBeNull()
})

test.each([
  ['another count of chunks', lane([63, 84], 92.75), ledger],
  ['more than was written', lane([63, 72.5, 84, 85], null), ledger],
  ['a lane that never left', { ...lane([], null), startAt: null }, ledger],
  ['a later token that came before it was written', lane([63, 71, 84], 92.75), ledger],
  ['the clock of another machine', lane([63, 72.5, 84], 92.75), { ...ledger, acceptedAtNs: ns(-3_600_000) }],
])('there are no errors for %s', (_name, ours, theirs) => {
  expect(toLaneErrors(ours, lightNs, theirs)).toBeNull()
})

test('percentiles are values that were measured, in order', () => {
  expect(toSpread([])).toEqual({ count: 0, p50: null, p90: null, p99: null, max: null })
  expect(toSpread([3, 1, 2])).toEqual({ count: 3, p50: 2, p90: 3, p99: 3, max: 3 })
  const thousand = Array.from({ length: 1_000 }, (_, index) => index + 1)
  expect(toSpread(thousand)).toEqual({ count: 1_000, p50: 500, p90: 900, p99: 990, max: 1_000 })
  const value = fc.integer({ min: -1e6, max: 1e6 }).map((hundredths) => hundredths / 100)
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), (values) => {
      const { p50, p90, p99, max } = toSpread(values)
      expect(p50! <= p90! && p90! <= p99! && p99! <= max!).toBe(true)
      for (const one of [p50, p90, p99, max]) expect(values).toContain(one)
      expect(values.filter((one) => one <= p90!).length).toBeGreaterThanOrEqual(0.9 * values.length)
    }),
  )
})
