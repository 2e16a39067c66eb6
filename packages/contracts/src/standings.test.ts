import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Entrant, rank, subtract, toVerdict } from './index.ts'
import { upTo } from './testing/tapes.ts'

const entrant = (lane: number, value: number | null, more: Partial<Entrant> = {}): Entrant => ({
  lane,
  value,
  margin: 1,
  ...more,
})
const places = (entrants: Entrant[]) => rank(entrants).map(({ lane, place }) => [lane, place])
const verdict = (entrants: Entrant[]) => toVerdict(rank(entrants), entrants)

describe('places', () => {
  test('go by the figure, and a lane that did not finish has none', () => {
    expect(places([entrant(0, 30), entrant(1, null), entrant(2, 10)])).toEqual([
      [2, 1],
      [0, 2],
      [1, null],
    ])
  })

  test('are shared within the margin, and the next place is skipped', () => {
    expect(places([entrant(0, 10), entrant(1, 10.5), entrant(2, 20)])).toEqual([
      [0, 1],
      [1, 1],
      [2, 3],
    ])
  })

  test('are shared behind the winner too, by lanes close to each other', () => {
    const standings = rank([entrant(0, 10), entrant(1, 20), entrant(2, 20.5), entrant(3, null)])
    expect(standings.map(({ place, deadHeat }) => [place, deadHeat])).toEqual([
      [1, false],
      [2, true],
      [2, true],
      [null, false],
    ])
  })

  test('are shared within the wider margin of two, and at the margin itself', () => {
    const [wide, narrow] = [{ margin: 3 }, { margin: 0.5 }]
    for (const [first, second] of [
      [wide, narrow],
      [narrow, wide],
    ]) {
      expect(places([entrant(0, 10, first), entrant(1, 13, second)])).toEqual([
        [0, 1],
        [1, 1],
      ])
      expect(places([entrant(0, 10, first), entrant(1, 13.5, second)])).toEqual([
        [0, 1],
        [1, 2],
      ])
    }
  })

  test('of equal figures are listed by lane, whichever way is better', () => {
    const equal = [entrant(2, 10), entrant(0, 10), entrant(1, 10)]
    for (const better of ['lower', 'higher'] as const) {
      expect(rank(equal, better).map(({ lane, place }) => [lane, place])).toEqual([
        [0, 1],
        [1, 1],
        [2, 1],
      ])
    }
  })

  test('are shared by figures of nothing, such as the cost of two models that are free', () => {
    expect(rank([entrant(0, 0), entrant(1, 0)])).toMatchObject([
      { place: 1, gap: 0 },
      { place: 1, gap: 0 },
    ])
  })

  test('are not handed down a chain of close lanes', () => {
    expect(places([entrant(0, 10), entrant(1, 10.8), entrant(2, 11.6)])).toEqual([
      [0, 1],
      [1, 1],
      [2, 3],
    ])
  })

  test('have gaps without binary rounding errors', () => {
    expect(rank([entrant(0, 1120.08), entrant(1, 1123.55)])[1]!.gap).toBe(3.47)
    expect(rank([entrant(0, 0.3), entrant(1, 1_000_000.1)])[1]!.gap).toBe(999_999.8)
  })

  test('are shared by lanes that are just the margin apart, whatever their binary fractions', () => {
    // From a tenth of a second to ten minutes.
    for (let hundredths = 10_000; hundredths < 60_000_000; hundredths += 9_973) {
      const [first, second] = [hundredths / 100, (hundredths + 183) / 100]
      const lanes = [entrant(0, first, { margin: 1.83 }), entrant(1, second, { margin: 1.83 })]
      expect(rank(lanes)).toMatchObject([{ place: 1 }, { place: 1, gap: 1.83 }])
    }
  })

  test('go the other way where more is better', () => {
    expect(rank([entrant(0, 10), entrant(1, 30)], 'higher').map(({ lane }) => lane)).toEqual([1, 0])
  })

  test('hold for any figures: sorted, starting at one, shared only within the margin', () => {
    const anyEntrants = fc
      .array(
        fc.record({
          value: fc.option(upTo(20)),
          margin: upTo(3),
        }),
        {
          minLength: 1,
          maxLength: 16,
        },
      )
      .map((rows) => rows.map((row, lane) => ({ ...row, lane })))
    fc.assert(
      fc.property(anyEntrants, (entrants) => {
        const standings = rank(entrants)
        expect(standings.map(({ lane }) => lane).sort((a, b) => a - b)).toEqual(
          entrants.map(({ lane }) => lane),
        )
        const placed = standings.filter(({ place }) => place !== null)
        if (placed.length > 0) expect(placed[0]).toMatchObject({ place: 1, gap: 0 })
        const widest = Math.max(...entrants.map(({ margin }) => margin))
        for (const [index, { place, value, deadHeat }] of placed.entries()) {
          const group = placed.filter((other) => other.place === place)
          expect(deadHeat).toBe(group.length > 1)
          expect(Math.abs(subtract(value!, group[0]!.value!))).toBeLessThanOrEqual(widest)
          if (index > 0) expect(place!).toBeGreaterThanOrEqual(placed[index - 1]!.place!)
        }
      }),
    )
  })
})

describe('the verdict', () => {
  test('names the winner and by how much', () => {
    expect(verdict([entrant(0, 30), entrant(1, 10)])).toEqual({ kind: 'win', lane: 1, by: 20 })
  })
  test('gives the distance to the second, not to the last', () => {
    expect(verdict([entrant(0, 30), entrant(1, 10), entrant(2, 50)])).toMatchObject({ lane: 1, by: 20 })
  })
  test('is a dead heat within the margin', () => {
    expect(verdict([entrant(0, 10), entrant(1, 10.9)])).toEqual({ kind: 'dead-heat', lanes: [0, 1] })
  })
  test('is a win without a distance when the others failed', () => {
    expect(verdict([entrant(0, 10), entrant(1, null)])).toEqual({ kind: 'win', lane: 0, by: null })
  })
  test('is no win for a lane that ran alone, or when nobody finished', () => {
    expect(verdict([entrant(0, 10)])).toMatchObject({ kind: 'no-contest', why: 'one lane' })
    expect(verdict([entrant(0, null), entrant(1, null)])).toMatchObject({
      kind: 'no-contest',
      why: 'no finisher',
    })
  })
  test('counts a stopped lane as beaten only by what had finished before it was stopped', () => {
    expect(verdict([entrant(0, 10), entrant(1, null, { censoredAt: 12 })])).toMatchObject({
      kind: 'win',
      lane: 0,
    })
    expect(verdict([entrant(0, 10), entrant(1, null, { censoredAt: 10 })])).toMatchObject({ kind: 'win' })
    expect(verdict([entrant(0, 10), entrant(1, null, { censoredAt: 8 })])).toMatchObject({
      kind: 'no-contest',
    })
  })
  test('counts a stopped lane the other way round where more is better', () => {
    const against = (censoredAt: number) => {
      const entrants = [entrant(0, 10), entrant(1, null, { censoredAt })]
      return toVerdict(rank(entrants, 'higher'), entrants, 'higher').kind
    }
    expect([against(8), against(10), against(12)]).toEqual(['win', 'win', 'no-contest'])
  })
})
