import { emptyRace, type LaneState, type RaceEvent, reduceRace, type Unnumbered } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { mayRest } from './rested-lane.ts'

const start: Unnumbered = {
  type: 'race-start',
  at: 0,
  raceId: 'race',
  startedAt: '2026-01-01T00:00:00.000Z',
  request: { prompt: 'p', lanes: [{ model: 'm', stream: true }], finish: 'done' },
  lanes: [{ lane: 0, model: 'm', stream: true, provider: null, simulated: false }],
}
const go: Unnumbered = { type: 'lane-start', at: 1, lane: 0 }
const token = (at: number, content = 'a'): Unnumbered => ({
  type: 'token',
  at,
  lane: 0,
  content,
  kind: 'answer',
})
const failed: Unnumbered = {
  type: 'error',
  at: 200,
  lane: 0,
  message: 'x',
  code: 'stream_cut',
  status: null,
  retryAfterMs: null,
}

test('a lane out of view is drawn again when a second of the race has passed, not sooner', () => {
  const drawn = fold(start, go, token(100))
  expect(mayRest(drawn, more(drawn, token(600)), false)).toBe(true)
  expect(mayRest(drawn, more(drawn, token(1_100)), false)).toBe(false)
})

test('its first token and its end are drawn at once', () => {
  const started = fold(start, go)
  expect(mayRest(started, more(started, token(2)), false)).toBe(false)
  const drawn = fold(start, go, token(100))
  expect(mayRest(drawn, more(drawn, failed), false)).toBe(false)
})

test('a lane of another race is drawn at once', () => {
  expect(mayRest(fold(start, go, token(100)), fold(start, go, token(100)), false)).toBe(false)
})

test('a lane in view is drawn with every token, until one block of it has grown huge', () => {
  const short = fold(start, go, token(100, 'a'.repeat(300)))
  expect(mayRest(short, more(short, token(101)), true)).toBe(false)
  const huge = fold(start, go, token(100, 'a'.repeat(40_000)))
  expect(mayRest(huge, more(huge, token(150)), true)).toBe(true)
  expect(mayRest(huge, more(huge, token(210)), true)).toBe(false)
  const many = fold(start, go, token(100, `${'a'.repeat(40_000)}\n\n`))
  expect(mayRest(many, more(many, token(101)), true)).toBe(false)
})

test('a lane in view waits for its turn, but not with its beginning and its end', () => {
  const drawn = fold(start, go, token(100))
  expect(mayRest(drawn, more(drawn, token(150)), true, false)).toBe(true)
  expect(mayRest(drawn, more(drawn, token(150)), true, true)).toBe(false)
  expect(mayRest(drawn, more(drawn, failed), true, false)).toBe(false)
})

let seq = 0
function fold(...events: Unnumbered[]): LaneState {
  seq = 0
  return events.map((event) => ({ ...event, seq: seq++ }) as RaceEvent).reduce(reduceRace, emptyRace)
    .lanes[0]!
}

function more(lane: LaneState, event: Unnumbered): LaneState {
  const race = { ...emptyRace, seq: seq - 1, lanes: [lane] }
  return reduceRace(race, { ...event, seq } as RaceEvent).lanes[0]!
}
