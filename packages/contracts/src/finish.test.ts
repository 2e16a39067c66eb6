import { describe, expect, test } from 'vitest'
import {
  emptyRace,
  type LaneState,
  type MeasuredLane,
  measures,
  type RaceEvent,
  type RaceState,
  raceVerdict,
  reduceRace,
  toMeasuredEntrant,
  toStandings,
  type Unnumbered,
} from './index.ts'

/** Three lanes that stream one token each and end with it; the first is a sentinel, the fastest of them. */
function raceWithSentinel(): RaceState {
  const events: Unnumbered[] = [
    {
      type: 'race-start',
      at: 0,
      raceId: 'r',
      startedAt: '',
      request: { prompt: 'p', lanes: [{ model: 'm', stream: true }], finish: 'done', sentinel: true },
      lanes: [true, false, false].map((sentinel, lane) => ({
        lane,
        model: 'm',
        stream: true,
        provider: null,
        simulated: sentinel,
        ...(sentinel ? { sentinel } : {}),
      })),
    },
    ...[5, 20, 10].flatMap((at, lane): Unnumbered[] => [
      { type: 'lane-start', at: 0, lane },
      { type: 'token', at, lane, content: 'x', kind: 'answer' },
      {
        type: 'done',
        at,
        lane,
        totalMs: at,
        finishReason: 'stop',
        usage: {
          inputTokens: 1,
          outputTokens: 1,
          reasoningTokens: null,
          cachedTokens: null,
          source: 'usage',
        },
        costUsd: null,
        gateway: null,
      },
    ]),
  ]
  return events.map((event, seq) => ({ ...event, seq }) as RaceEvent).reduce(reduceRace, emptyRace)
}

test.each(['done', 'first-token', { tokens: 1 }] as const)(
  'a sentinel is in no place, by any line: %j',
  (finish) => {
    const standings = toStandings(raceWithSentinel(), finish, 1)
    expect(standings.map(({ lane, place }) => [lane, place])).toEqual([
      [2, 1],
      [1, 2],
    ])
  },
)

test('one lane and its sentinel are one lane alone', () => {
  const state = raceWithSentinel()
  const alone = { ...state, lanes: state.lanes.slice(0, 2) }
  const standings = toStandings(alone, 'done', 1)
  const over = { ...alone, end: { standings, marginMs: 1, reason: 'finished' as const, clock: null } }
  expect(raceVerdict(over)).toEqual({ kind: 'no-contest', why: 'one lane' })
})

test('a lane that failed early has lost, one that was stopped early has not', () => {
  const state = raceWithSentinel()
  const verdictWith = (code: string) => {
    const lanes = state.lanes.map((lane): LaneState => {
      if (lane.lane !== 1) return lane
      const event = {
        type: 'error',
        seq: 9,
        at: 4,
        lane: 1,
        message: '',
        code,
        status: null,
        retryAfterMs: null,
      }
      const kind = code === 'stopped' ? 'stopped' : 'failed'
      return { ...lane, outcome: { kind, event } as LaneState['outcome'] }
    })
    const standings = toStandings({ ...state, lanes }, 'done', 1)
    return raceVerdict({ ...state, lanes, end: { standings, marginMs: 1, reason: 'finished', clock: null } })
  }
  expect(verdictWith('stream_cut')).toEqual({ kind: 'win', lane: 2, by: null })
  expect(verdictWith('stopped')).toEqual({ kind: 'no-contest', why: 'the others were stopped early' })
})

describe('an entrant by a measure', () => {
  const whole: MeasuredLane = {
    lane: 3,
    totalMs: 900,
    ttftMs: 100,
    decodeTokensPerSecond: 50,
    costUsd: 0.25,
    sentTokens: 11,
    stoppedAfterMs: null,
    isDone: true,
  }

  test('has its figure, and of a broken answer none', () => {
    const values = (lane: MeasuredLane) =>
      measures.map((measure) => toMeasuredEntrant(lane, measure, 4).value)
    expect(values(whole)).toEqual([900, 100, 50, 0.25])
    expect(values({ ...whole, isDone: false })).toEqual([null, null, null, null])
  })

  test('has the clock’s margin by time, twice its share of the span by speed, and none by cost', () => {
    const margins = (marginMs: number | null) =>
      measures.map((measure) => toMeasuredEntrant(whole, measure, marginMs).margin)
    // Ten steps at 50 a second are 200 ms.
    expect(margins(4)).toEqual([4, 4, (50 * 2 * 4) / 200, 0])
    expect(margins(null)).toEqual([0, 0, 0, 0])
    expect(toMeasuredEntrant({ ...whole, sentTokens: 2 }, 'decode', 1).margin).toBe((50 * 2) / 20)
  })
})
