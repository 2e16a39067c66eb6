import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createTapeCheck,
  emptyRace,
  foldRace,
  type RaceEvent,
  type RaceState,
  reduceRace,
  TapeFault,
} from './index.ts'
import { mutations, tapes } from './tape-arbitrary.ts'

/** The fold of the lines, or the fault that one of them had. */
function check(lines: readonly string[]): RaceState | TapeFault {
  const tape = createTapeCheck()
  try {
    for (const line of lines) tape.add(line)
    return tape.state()
  } catch (fault) {
    if (fault instanceof TapeFault) return fault
    throw fault
  }
}

const toLines = (tape: readonly RaceEvent[]) => tape.map((event) => JSON.stringify(event))
const fold = (tape: readonly RaceEvent[]) => tape.reduce(reduceRace, emptyRace)

describe('folding many events at once', () => {
  test('gives what folding them one by one gives, from any state on', () => {
    fc.assert(
      fc.property(tapes, fc.nat(), (tape, cut) => {
        const place = cut % (tape.length + 1)
        const half = fold(tape.slice(0, place))
        const before = JSON.stringify(half, withoutMarks)
        expect(foldRace(tape)).toEqual(fold(tape))
        expect(foldRace(tape.slice(place), half)).toEqual(fold(tape))
        expect(JSON.stringify(half, withoutMarks)).toBe(before)
      }),
    )
  })

  test('passes over a repeat and everything after a gap, as the rule book does', () => {
    fc.assert(
      fc.property(tapes, mutations, (tape, mutate) => {
        const mutated = mutate(tape).filter((event) => event.type !== 'pit-stop')
        expect(foldRace(mutated)).toEqual(fold(mutated))
      }),
    )
  })
})

/** A lane's marks are a list as long as its tokens. */
const withoutMarks = (key: string, value: unknown) => (key.endsWith('Mark') ? undefined : value)

describe('a tape that is read from a file', () => {
  test('is sound when it is what the app kept', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        expect(check(toLines(tape))).toEqual(fold(tape))
      }),
    )
  })

  test('is sound as far as it goes when it was cut', () => {
    fc.assert(
      fc.property(tapes, fc.nat(), (tape, cut) => {
        const prefix = tape.slice(0, cut % tape.length)
        expect(check(toLines(prefix))).toEqual(fold(prefix))
      }),
    )
  })

  test('is refused when lines were lost, repeated, swapped, unknown or changed: never folded to a wrong figure', () => {
    fc.assert(
      fc.property(tapes, mutations, (tape, mutate) => {
        const mutated = mutate(tape)
        const lines = mutated.map((event) => JSON.stringify(event))
        const result = check(lines)
        if (result instanceof TapeFault) {
          expect(result.line).toBeGreaterThan(1)
          expect(result.message).toMatch(/^Line \d+: .+\.$/)
        } else {
          // What passes is the beginning of the tape that was kept, and nothing else.
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
    ['{"seq":1,"at":"1","type":"lane-start","lane":0}', 'wrong_event', /`at`/],
    [
      '{"seq":3,"at":1,"type":"lane-start","lane":0}',
      'out_of_order',
      /event 3 stands where event 1 should be/,
    ],
    ['{"seq":1,"at":1,"type":"lane-start","lane":15}', 'contradiction', /no lane 15/],
    ['{"seq":1,"at":1,"type":"ttft","lane":0,"ms":7}', 'contradiction', /another time/],
  ])('names the line and what is wrong with %s', (line, code, words) => {
    const [start] = toLines(fc.sample(tapes, 1)[0]!)
    const fault = check([start!, line]) as TapeFault
    expect(fault).toMatchObject({ code, line: 3, message: expect.stringMatching(words) })
  })
})
