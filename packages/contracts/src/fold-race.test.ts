import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyRace, foldRace, type RaceEvent, reduceRace } from './index.ts'
import { mutations, tapes } from './testing/tapes.ts'

const fold = (tape: readonly RaceEvent[]) => tape.reduce(reduceRace, emptyRace)

/** A lane's marks are a list as long as its tokens. */
const withoutMarks = (key: string, value: unknown) => (key.endsWith('Mark') ? undefined : value)

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

  test('ignores a repeat and everything after a gap, as reduceRace does', () => {
    fc.assert(
      fc.property(tapes, mutations, (tape, mutate) => {
        const mutated = mutate(tape).filter((event) => event.type !== 'pit-stop')
        expect(foldRace(mutated)).toEqual(fold(mutated))
      }),
    )
  })
})
