import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type EventOf,
  emptyRace,
  type RaceEvent,
  reduceRace,
  TapeFault,
  toStandings,
  type Unnumbered,
} from './index.ts'
import { checkTape, oneLane } from './testing/check-tape.ts'
import { mutations, tapes } from './testing/tapes.ts'

const toLines = (tape: readonly RaceEvent[]) => tape.map((event) => JSON.stringify(event))
const fold = (tape: readonly RaceEvent[]) => tape.reduce(reduceRace, emptyRace)

describe('a tape that is read from a file', () => {
  test('is sound when it is what the app kept', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        expect(checkTape(toLines(tape))).toEqual(fold(tape))
      }),
    )
  })

  test('is sound when a gap has binary rounding errors, as those of long races had', () => {
    const withDust = (event: RaceEvent) => {
      if (event.type !== 'race-end') return event
      const standings = event.standings.map((row) => ({ ...row, gap: row.gap && row.gap + 1e-11 }))
      return { ...event, standings }
    }
    fc.assert(
      fc.property(tapes, (tape) => {
        expect(checkTape(toLines(tape.map(withDust)))).not.toBeInstanceOf(TapeFault)
      }),
    )
  })

  test('of a disturbed race is sound with the ties of margin and lag, and with those of the margin, as older ones have', () => {
    const lagMs = 40
    const clock = { calibratedAt: null, lagMs, disturbed: true, sentinel: null }
    fc.assert(
      fc.property(tapes, fc.constantFrom(0, lagMs), (tape, more) => {
        const { request } = fold(tape)
        const disturbed = tape.map((event) => {
          if (event.type !== 'race-end') return event
          const standings = toStandings(fold(tape), request!.finish, event.marginMs! + more)
          return { ...event, standings, clock }
        })
        expect(checkTape(toLines(disturbed))).toEqual(fold(disturbed))
      }),
    )
  })

  test('is sound as far as it goes when it was cut', () => {
    fc.assert(
      fc.property(tapes, fc.nat(), (tape, cut) => {
        const prefix = tape.slice(0, cut % tape.length)
        expect(checkTape(toLines(prefix))).toEqual(fold(prefix))
      }),
    )
  })

  test('is refused when lines were lost, repeated, swapped, unknown or changed, and gives no wrong figure', () => {
    fc.assert(
      fc.property(tapes, mutations, (tape, mutate) => {
        const mutated = mutate(tape)
        const lines = mutated.map((event) => JSON.stringify(event))
        const result = checkTape(lines)
        if (result instanceof TapeFault) {
          expect(result.line).toBeGreaterThan(1)
          expect(result.message).toMatch(/^Line \d+: .+\.$/)
        } else {
          // Only a beginning of the original tape is accepted.
          expect(lines).toEqual(toLines(tape.slice(0, lines.length)))
        }
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['{"seq":1,"at":1,"type":"pit-stop","lane":0}', 'unknown_event', /`pit-stop`.*update/],
    ['{"seq":1,"at":1,"type":"tok', 'not_an_event', /half of one/],
    ['[]', 'unknown_event', /none/],
    ['5', 'not_an_event', /something else/],
    ['null', 'not_an_event', /something else/],
    [`{"seq":1,"type":"${'x'.repeat(1_000)}"}`, 'unknown_event', /^.{0,200}$/],
    ['{"seq":1,"at":"1","type":"lane-start","lane":0}', 'wrong_event', /`at` is not valid: \w/],
    ['{"seq":1,"at":2e9,"type":"lane-start","lane":0}', 'wrong_event', /eleven days away/],
    ['{"seq":1,"at":-2e9,"type":"lane-start","lane":0}', 'wrong_event', /eleven days away/],
    [
      '{"seq":3,"at":1,"type":"lane-start","lane":0}',
      'out_of_order',
      /event 3 stands where event 1 should be/,
    ],
    ['{"seq":1,"at":1,"type":"lane-start","lane":15}', 'contradiction', /no lane 15/],
    ['{"seq":1,"at":1,"type":"ttft","lane":0,"ms":7}', 'contradiction', /`ms` does not fit its time/],
    // As if the lane had started at the light.
    ['{"seq":1,"at":7,"type":"ttft","lane":0,"ms":7}', 'contradiction', /`ms` does not fit its time/],
    ['{"seq":1,"at":1,"type":"token","lane":0,"content":"","kind":"answer"}', 'contradiction', /not started/],
  ])('names the line and what is wrong with %s', (line, code, words) => {
    const [start] = toLines(fc.sample(tapes, 1)[0]!)
    const fault = checkTape([start!, line]) as TapeFault
    expect(fault).toMatchObject({ code, line: 3, message: expect.stringMatching(words) })
  })

  test('can differ by two roundings where it has a time twice, but by no more', () => {
    const codeOf = (at: number) => {
      const left = { seq: 1, type: 'lane-start', at: 0.01, lane: 0 }
      const checked = checkTape(
        [oneLane, left, { seq: 2, type: 'ttft', at, lane: 0, ms: 10 }].map((event) => JSON.stringify(event)),
      )
      return checked instanceof TapeFault ? checked.code : null
    }
    expect([9.98, 9.99, 10.01, 10.03, 10.04].map(codeOf)).toEqual([
      'contradiction',
      null,
      null,
      null,
      'contradiction',
    ])
  })

  test('has a count of tokens at each arrival that a tokenizer can give', () => {
    const tape = (tokens: number): Unnumbered[] => [
      { type: 'lane-start', at: 0, lane: 0 },
      { type: 'ttft', at: 1, lane: 0, ms: 1 },
      { type: 'token', at: 1, lane: 0, content: '', kind: 'answer', tokens },
    ]
    const faultOf = (tokens: number) => {
      const events = tape(tokens).map((event, index) => ({ ...event, seq: index + 1 }) as RaceEvent)
      const checked = checkTape(toLines([oneLane, ...events]))
      return checked instanceof TapeFault ? [checked.code, checked.line] : null
    }
    // The id of a tool call can come without text.
    expect(faultOf(0)).toBeNull()
    for (const tokens of [-3, 0.5]) expect(faultOf(tokens)).toEqual(['wrong_event', 5])
  })

  const start = fc.sample(tapes, 1)[0]![0] as EventOf<'race-start'>
  const [lane] = start.lanes as [(typeof start.lanes)[number]]
  const withFirstLane = (more: object) => [{ ...lane, ...more }, ...start.lanes.slice(1)]
  const asked = { model: 'm', stream: true }
  const entry = { lane: 0, ...asked, provider: null, simulated: false }
  const twoLanes = { prompt: 'p', lanes: [asked, asked], finish: 'done' }
  test.each<[string, object, string, RegExp]>([
    [
      'a second lane without its way',
      {
        request: { ...twoLanes, lanes: [asked, { model: 'm' }] },
        lanes: [entry, { ...entry, lane: 1 }],
      },
      'wrong_event',
      /does not say whether it streams/,
    ],
    [
      'a second lane by another number',
      { request: twoLanes, lanes: [entry, { ...entry, lane: 2 }] },
      'wrong_event',
      /not numbered 0, 1, 2/,
    ],
    [
      'another model',
      { lanes: withFirstLane({ model: 'gpt-5' }) },
      'contradiction',
      /not those that were asked/,
    ],
    ['another way', { lanes: withFirstLane({ stream: !lane.stream }) }, 'contradiction', /not those that/],
    ['fewer lanes', { lanes: start.lanes.slice(1) }, 'wrong_event|contradiction', /lanes/],
    [
      'a sentinel in a place',
      { lanes: withFirstLane({ sentinel: true }) },
      'contradiction',
      /not those that/,
    ],
    [
      'a provider of 15 MB',
      { lanes: withFirstLane({ provider: 'x'.repeat(15e6) }) },
      'wrong_event',
      /longer texts/,
    ],
    ['a year far away', { startedAt: '+275760-01-01T00:00:00.000Z' }, 'wrong_event', /no date of the years/],
    [
      'the year after the last',
      { startedAt: '2100-01-01T00:00:00.000Z' },
      'wrong_event',
      /no date of the years/,
    ],
    [
      'the year before the first',
      { startedAt: '1999-12-31T23:59:59.999Z' },
      'wrong_event',
      /no date of the years/,
    ],
    ['no date', { startedAt: 'yesterday' }, 'wrong_event', /no date of the years/],
    ['a time far away', { at: 1e292 }, 'wrong_event', /eleven days away/],
    ['an id that is a path', { raceId: '../race' }, 'wrong_event', /`raceId` must be/],
    ['a long id', { raceId: 'r'.repeat(101) }, 'wrong_event', /`raceId` must be/],
    ['no lane', { lanes: [] }, 'wrong_event', /not numbered|lanes/],
    [
      'a lane by another number',
      { lanes: withFirstLane({ lane: 7 }) },
      'wrong_event',
      /not numbered 0, 1, 2/,
    ],
    [
      'more lanes than were asked for',
      { lanes: [...start.lanes, { ...lane, lane: start.lanes.length }] },
      'contradiction',
      /not those that/,
    ],
    ['no finish line', { request: { ...start.request, finish: undefined } }, 'wrong_event', /no finish line/],
    [
      'a lane without its way',
      { request: { ...start.request, lanes: start.request.lanes.map(({ model }) => ({ model })) } },
      'wrong_event',
      /does not say whether it streams/,
    ],
    [
      'a tag with a name of a thousand letters',
      { request: { ...start.request, tags: { ['x'.repeat(1_000)]: 'y' } } },
      'wrong_event',
      /^.{0,400}$/,
    ],
    [
      'a setting with such a name',
      { request: { ...start.request, ['x'.repeat(1_000)]: 'y' } },
      'wrong_event',
      /^.{0,400}$/,
    ],
    [
      'no prompt',
      { request: { ...start.request, prompt: '' } },
      'wrong_event',
      /models should answer\. The file was changed\.$/,
    ],
  ])('a start with %s is refused', (_what, change, code, words) => {
    const fault = checkTape([JSON.stringify({ ...start, ...change })]) as TapeFault
    expect(fault.message).toMatch(words)
    expect(fault.code).toMatch(new RegExp(`^(${code})$`))
  })

  test.each([{ raceId: 'r'.repeat(100) }, { startedAt: '2000-01-01T00:00:00.000Z' }, { at: 1e9 }])(
    'a start with %o is just accepted',
    (change) => {
      expect(checkTape([JSON.stringify({ ...start, ...change })])).not.toBeInstanceOf(TapeFault)
    },
  )

  const failed = { type: 'error', message: 'x', code: 'stream_cut', status: null, retryAfterMs: null }
  const left = { type: 'lane-start', at: 5, lane: 0 }
  test.each<[string, object[], RegExp]>([
    ['that starts twice', [left, left], /lane 0 starts a second time/],
    ['on which time goes back', [left, { ...failed, at: 4, lane: 0 }], /time goes back on lane 0/],
    [
      'that goes on after its end',
      [left, { ...failed, at: 6, lane: 0 }, { ...failed, at: 7, lane: 0 }],
      /lane 0 had ended before/,
    ],
    [
      'that is open at the end',
      [left, { type: 'race-end', at: 6, standings: [], marginMs: 1, reason: 'finished' }],
      /ends before lane 0 has/,
    ],
  ])('a lane %s is refused', (_what, events, words) => {
    const lines = events.map((event, index) => JSON.stringify({ ...event, seq: index + 1 }))
    const fault = checkTape([JSON.stringify(start), ...lines]) as TapeFault
    expect(fault).toMatchObject({ code: 'contradiction', message: expect.stringMatching(words) })
  })

  test('a lane can fail before it has left', () => {
    const never = { ...failed, seq: 1, at: 0, lane: 0 } as RaceEvent
    expect(checkTape(toLines([oneLane, never]))).toEqual(fold([oneLane, never]))
  })

  test('nothing follows its end, and it begins with its start', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const more = { ...tape.at(-1)!, seq: tape.length }
        expect(checkTape(toLines([...tape, more]))).toMatchObject({
          ...{ code: 'out_of_order', message: expect.stringMatching(/follows the end of the race/) },
        })
      }),
      { numRuns: 10 },
    )
    const early = checkTape([JSON.stringify({ ...left, seq: 0 })])
    expect(early).toMatchObject({ message: expect.stringMatching(/begins with `race-start`/) })
    const twice = checkTape([start, { ...start, seq: 1 }].map((event) => JSON.stringify(event)))
    expect(twice).toMatchObject({ message: expect.stringMatching(/`race-start` a second time/) })
  })
})
