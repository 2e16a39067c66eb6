import { expect, test } from 'vitest'
import {
  emptyRace,
  type RaceEvent,
  type RaceState,
  raceVerdict,
  reduceRace,
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
