import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ClockReport,
  emptyRace,
  foldRace,
  laneStatus,
  RaceEvent,
  type RaceState,
  raceVerdict,
  reduceRace,
  toStandings,
  toTimeSlip,
} from './index.ts'
import { tapes } from './testing/tapes.ts'

const fold = (events: readonly RaceEvent[], from: RaceState = emptyRace) => events.reduce(reduceRace, from)

describe('any tape', () => {
  test('is numbered without a gap and its times never go back', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        expect(tape.map(({ seq }) => seq)).toEqual(tape.map((_, index) => index))
        expect(tape.slice(1, -1).every(({ at }, index) => at >= tape[index]!.at || index === 0)).toBe(true)
      }),
    )
  })

  test('consists of events that the schema accepts', () => {
    fc.assert(fc.property(tapes, (tape) => tape.every((event) => RaceEvent.safeParse(event).success)))
  })

  test('folds from any prefix, and every figure of it can be read', () => {
    fc.assert(
      fc.property(tapes, fc.nat(), (tape, cut) => {
        const prefix = tape.slice(0, cut % (tape.length + 1))
        const state = fold(prefix)
        expect(state.seq).toBe(prefix.length - 1)
        for (const lane of state.lanes) {
          const slip = toTimeSlip(lane, state.at)
          const figures = Object.values(slip).filter((value) => typeof value === 'number')
          expect(figures.every((value) => Number.isFinite(value) && value >= 0)).toBe(true)
        }
        raceVerdict(state)
      }),
    )
  })

  test('folds in two halves as it folds in one', () => {
    fc.assert(
      fc.property(tapes, fc.nat(), (tape, cut) => {
        const place = cut % (tape.length + 1)
        expect(fold(tape.slice(place), fold(tape.slice(0, place)))).toEqual(fold(tape))
      }),
    )
  })

  test('folds twice as it folds once: a repeat after a reconnect changes nothing', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        expect(fold(tape, fold(tape))).toEqual(fold(tape))
      }),
    )
  })

  test('keeps what was folded before a gap and takes nothing after it', () => {
    fc.assert(
      fc.property(tapes, fc.nat(), (tape, place) => {
        const lost = place % tape.length
        const withGap = [...tape.slice(0, lost), ...tape.slice(lost + 1)]
        expect(fold(withGap)).toEqual(fold(tape.slice(0, lost)))
      }),
    )
  })

  test('loses no text and invents none', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        for (const lane of fold(tape).lanes) {
          const texts = tape.filter(
            (event) => event.type === 'token' && event.kind !== 'tool-call' && event.lane === lane.lane,
          )
          const length = texts.reduce(
            (sum, event) => sum + (event.type === 'token' ? event.content.length : 0),
            0,
          )
          expect(lane.answer.length + lane.reasoning.length).toBe(length)
        }
      }),
    )
  })

  test('does not change the state that it was folded from', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const half = fold(tape.slice(0, tape.length / 2))
        const before = JSON.stringify({
          ...half,
          lanes: half.lanes.map((lane) => [lane.answer, lane.chunks]),
        })
        fold(tape.slice(tape.length / 2), half)
        expect(JSON.stringify({ ...half, lanes: half.lanes.map((lane) => [lane.answer, lane.chunks]) })).toBe(
          before,
        )
      }),
    )
  })

  test('carries the standings that a fold of it gives', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const state = fold(tape)
        expect(toStandings(state, state.request!.finish, state.end!.marginMs)).toEqual(state.end!.standings)
      }),
    )
  })
})

test('a race has its id, its start and the report of its clock', () => {
  const clock = { lateMsP99: 1 } as unknown as ClockReport
  const tape = [
    { type: 'race-start', at: 0, raceId: 'r1', startedAt: '2026-01-01T00:00:00.000Z', lanes: [] },
    { type: 'race-end', at: 9, standings: [], marginMs: 2, reason: 'finished', clock },
  ].map((event, seq) => ({ seq, ...event }) as RaceEvent)
  expect(fold(tape)).toMatchObject({
    raceId: 'r1',
    startedAt: '2026-01-01T00:00:00.000Z',
    end: { marginMs: 2, reason: 'finished', clock },
  })
})

test('nothing follows the end of a race', () => {
  const [tape] = fc.sample(tapes, 1)
  const ended = fold(tape!)
  expect(reduceRace(ended, { seq: ended.seq + 1, at: 9, type: 'lane-start', lane: 0 })).toBe(ended)
})

test('a stopped lane is stopped, a failed one failed', () => {
  const start = fc.sample(tapes, 1)[0]![0]!
  const state = reduceRace(emptyRace, start)
  const error = {
    type: 'error',
    seq: 1,
    at: 1,
    lane: 0,
    message: '',
    status: null,
    retryAfterMs: null,
  } as const
  expect(laneStatus(state.lanes[0]!)).toBe('waiting')
  const left = reduceRace(state, { type: 'lane-start', seq: 1, at: 1, lane: 0 })
  expect(laneStatus(left.lanes[0]!)).toBe('running')
  expect(laneStatus(reduceRace(state, { ...error, code: 'stopped' }).lanes[0]!)).toBe('stopped')
  expect(laneStatus(reduceRace(state, { ...error, code: 'stream_cut' }).lanes[0]!)).toBe('failed')
})

test('a lane that is over stays as it was, whatever comes after', () => {
  const start = fc.sample(tapes, 1)[0]![0]!
  const told = { lane: 0, message: '', status: null, retryAfterMs: null }
  const failed = fold([start, { ...told, type: 'error', seq: 1, at: 1, code: 'stream_cut' }])
  const late: RaceEvent[] = [
    { type: 'token', seq: 2, at: 2, lane: 0, content: 'x', kind: 'answer' },
    { ...told, type: 'error', seq: 3, at: 3, code: 'stopped' },
  ]
  for (const after of [fold(late, failed), foldRace(late, failed)]) {
    expect(after.seq).toBe(3)
    expect(after.lanes[0]).toBe(failed.lanes[0])
  }
})

test.each([
  [{ cold: true }, 'cold'],
  [{}, 'warm'],
  [{ prepared: true }, 'prepared'],
] as const)('a lane that left with %j left %s', (how, kind) => {
  const start = fc.sample(tapes, 1)[0]![0]!
  const left = reduceRace(reduceRace(emptyRace, start), {
    type: 'lane-start',
    seq: 1,
    at: 1,
    lane: 0,
    ...how,
  } as RaceEvent)
  expect(left.lanes[0]!.start).toBe(kind)
})

test('the provider is taken from the gateway’s report where no list of models named it', () => {
  const [lane, usage] = [
    { lane: 0, model: 'm', stream: true },
    { inputTokens: 1, outputTokens: 1 },
  ]
  const told = (entry: object, gateway: object | null, completionId: string | null = null) => {
    const tape = [
      { type: 'race-start', at: 0, raceId: 'r', startedAt: '', lanes: [{ ...lane, ...entry }] },
      { type: 'done', at: 9, lane: 0, usage, gateway, completionId },
    ].map((event, seq) => ({ seq, ...event }) as RaceEvent)
    const { provider, simulated } = fold(tape).lanes[0]!
    return [provider, simulated]
  }
  const unknown = { provider: null, simulated: false }
  expect(told(unknown, { provider: 'simulator' })).toEqual(['simulator', true])
  expect(told(unknown, { provider: 'openai' })).toEqual(['openai', false])
  expect(told(unknown, { provider: '' })).toEqual([null, false])
  expect(told(unknown, null)).toEqual([null, false])
  // A virtual model keeps its provider, and stays simulated if it was listed so.
  expect(told({ provider: 'virtual', simulated: true }, { provider: 'openai' })).toEqual(['virtual', true])
  // Behind another gateway the simulator is told by the ids of its answers.
  const behind = { provider: 'custom', simulated: false }
  expect(told(behind, { provider: 'custom' }, 'chatcmpl-sim-1')).toEqual(['custom', true])
  expect(told(behind, { provider: 'custom' }, 'chatcmpl-1')).toEqual(['custom', false])
})
