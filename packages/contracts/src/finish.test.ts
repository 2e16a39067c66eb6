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

/** Lanes that stream: when each left, when its tokens came, and when it was done, null while it runs. */
function raceOf(
  lanes: { startAt: number; tokensAt: number[]; doneAt: number | null; sentinel?: true }[],
): RaceState {
  const events: Unnumbered[] = [
    {
      type: 'race-start',
      at: 0,
      raceId: 'r',
      startedAt: '',
      request: { prompt: 'p', lanes: [{ model: 'm', stream: true }], finish: 'done', sentinel: true },
      lanes: lanes.map(({ sentinel }, lane) => ({
        lane,
        model: 'm',
        stream: true,
        provider: null,
        simulated: sentinel === true,
        ...(sentinel ? { sentinel } : {}),
      })),
    },
    ...lanes.flatMap(({ startAt, tokensAt, doneAt }, lane): Unnumbered[] => [
      { type: 'lane-start', at: startAt, lane },
      ...tokensAt.map((at): Unnumbered => ({ type: 'token', at, lane, content: 'x', kind: 'answer' })),
      ...(doneAt === null ? [] : [toDone(lane, startAt, doneAt)]),
    ]),
  ]
  return events.map((event, seq) => ({ ...event, seq }) as RaceEvent).reduce(reduceRace, emptyRace)
}

function toDone(lane: number, startAt: number, at: number): Unnumbered {
  return {
    type: 'done',
    at,
    lane,
    totalMs: at - startAt,
    finishReason: 'stop',
    usage: { inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedTokens: null, source: 'usage' },
    costUsd: null,
    gateway: null,
  }
}

/** Three lanes with one token each, at which they end; the first is a sentinel, and the fastest. */
const raceWithSentinel = () =>
  raceOf([
    { startAt: 0, tokensAt: [5], doneAt: 5, sentinel: true },
    { startAt: 0, tokensAt: [20], doneAt: 20 },
    { startAt: 0, tokensAt: [10], doneAt: 10 },
  ])

test.each([
  ['done', [47, null]],
  ['first-token', [7, 9]],
  [{ tokens: 2 }, [27, 14.12]],
  [{ tokens: 3 }, [37, null]],
] as const)('the time at which a lane crosses the line %j counts from its own start', (finish, crossed) => {
  const race = raceOf([
    { startAt: 3, tokensAt: [10, 30, 40], doneAt: 50 },
    { startAt: 1, tokensAt: [10, 15.12], doneAt: null },
  ])
  const values = toStandings(race, finish, null).sort((a, b) => a.lane - b.lane)
  expect(values.map(({ value }) => value)).toEqual(crossed)
})

test('the crossing of a line of tokens is the same however often it is asked for, and for whatever other lines', () => {
  const race = raceOf([{ startAt: 3, tokensAt: [10, 30, 40], doneAt: 50 }])
  const crossed = [2, 2, 3, 1, 2].map((tokens) => toStandings(race, { tokens }, null)[0]!.value)
  expect(crossed).toEqual([27, 27, 37, 7, 27])
})

test('a lane that has crossed a line of tokens had not yet crossed it where a replay goes back', () => {
  const race = raceOf([{ startAt: 3, tokensAt: [10, 30, 40], doneAt: null }])
  const lane = race.lanes[0]!
  const earlier = { ...race, lanes: [{ ...lane, lastMark: lane.firstMark }] }
  const crossed = [race, earlier].map((state) => toStandings(state, { tokens: 2 }, null)[0]!.value)
  expect(crossed).toEqual([27, null])
})

test('lanes within the margin share a place; where it was not measured only equal ones do', () => {
  const places = (marginMs: number | null) =>
    toStandings(raceWithSentinel(), 'done', marginMs).map(({ place }) => place)
  expect([places(10), places(9.99), places(null)]).toEqual([
    [1, 1],
    [1, 2],
    [1, 2],
  ])
  const close = raceOf([10, 10.5].map((doneAt) => ({ startAt: 0, tokensAt: [5], doneAt })))
  expect(toStandings(close, 'done', null).map(({ place }) => place)).toEqual([1, 2])
})

test('a race that runs has no verdict, and one that the app ended has no winner', () => {
  const state = raceWithSentinel()
  expect(raceVerdict(state)).toBeNull()
  const standings = toStandings(state, 'done', 1)
  const over = (reason: 'finished' | 'interrupted') =>
    raceVerdict({ ...state, end: { standings, marginMs: 1, reason, clock: null } })
  expect(over('interrupted')).toEqual({ kind: 'no-contest', why: 'interrupted' })
  expect(over('finished')).toEqual({ kind: 'win', lane: 2, by: 10 })
})

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
  const verdictWith = (code: string, startAt: number | null = 0) => {
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
      return { ...lane, startAt, outcome: { kind, event } as LaneState['outcome'] }
    })
    const standings = toStandings({ ...state, lanes }, 'done', 1)
    return raceVerdict({ ...state, lanes, end: { standings, marginMs: 1, reason: 'finished', clock: null } })
  }
  expect(verdictWith('stream_cut')).toEqual({ kind: 'win', lane: 2, by: null })
  for (const startAt of [0, null]) {
    expect(verdictWith('stopped', startAt)).toEqual({
      kind: 'no-contest',
      why: 'the others were stopped early',
    })
  }
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

  test('has its figure, and none for a broken answer', () => {
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

  test('has no speed where the span is no longer than its error', () => {
    const speed = (marginMs: number) => toMeasuredEntrant({ ...whole, sentTokens: 2 }, 'decode', marginMs)
    expect(speed(9.9).value).toBe(50)
    expect(speed(10)).toEqual({ lane: 3, value: null, margin: 0 })
  })
})
