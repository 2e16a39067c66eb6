import { type Entrant, rank, toVerdict } from '@drag-race/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { failed, lane, race, stopped } from '../testing/raced-lanes.ts'
import { judgeRace, type LaneRow } from './judge-race.ts'
import { compareLanes, toPairScores } from './pair-scores.ts'

/** `a>b`, `a=b`, with the share where it is not 1. */
function pairs(...lanes: LaneRow[]): string[] {
  const judged = judgeRace(race(lanes), { by: 'total' })
  if (!judged.counts) return [judged.why]
  return toPairScores(judged.entries, 'lower').flatMap(({ a, b, aWins, ties, bWins }) =>
    [[`${a}>${b}`, aWins] as const, [`${a}=${b}`, ties] as const, [`${b}>${a}`, bWins] as const].flatMap(
      ([text, share]) => (share === 0 ? [] : share === 1 ? text : `${text} ${share}`),
    ),
  )
}

test('every two models of a race are compared', () => {
  expect(pairs(lane('b', 500), lane('a', 700), lane('c', 600))).toEqual(['b>a', 'c>a', 'b>c'])
})

test('within the margin two lanes tie, whoever else ran', () => {
  // By their places b ties with a and c is behind; but no clock can tell b from c.
  expect(pairs(lane('a', 500), lane('b', 500.8), lane('c', 501.6))).toEqual(['a=b', 'a>c', 'b=c'])
})

test('lanes that are just the margin apart tie, whatever their binary fractions', () => {
  expect(pairs(lane('a', 100), lane('b', 101))).toEqual(['a=b'])
  // 1.0000000000000142 in binary.
  expect(pairs(lane('a', 127.02), lane('b', 128.02))).toEqual(['a=b'])
})

test('a failed lane has lost to those that answered, and two failed lanes say nothing about each other', () => {
  expect(pairs(lane('a', 500), failed('b'), failed('c'))).toEqual(['a>b', 'a>c'])
})

test('a stopped lane has lost to those that were done by then, and says nothing about the others', () => {
  expect(pairs(lane('a', 500), stopped('b', 600), lane('c', 900), failed('d'))).toEqual([
    'a>b',
    'a>c',
    'a>d',
    'c>d',
  ])
})

test('a race of twins is shared among their lanes, and a model is not compared with itself', () => {
  expect(pairs(lane('a', 500), lane('a', 700), lane('b', 600))).toEqual(['a>b 0.5', 'b>a 0.5'])
  expect(pairs(lane('a', 500), lane('a', 500.5), lane('b', 600))).toEqual(['a>b'])
  expect(pairs(lane('a', 500), lane('a', 700), lane('b', 500.5))).toEqual(['a=b 0.5', 'b>a 0.5'])
})

test('a lead of less than a millisecond is a win, where the clock can tell', () => {
  const [early, late] = [10, 10.5].map((value, lane) => ({ lane, value, margin: 0.1 })) as [Entrant, Entrant]
  expect([compareLanes(early, late, 'lower'), compareLanes(late, early, 'lower')]).toEqual([
    'first',
    'second',
  ])
  expect([compareLanes(early, late, 'higher'), compareLanes(late, early, 'higher')]).toEqual([
    'second',
    'first',
  ])
})

const anyEntrant: fc.Arbitrary<Omit<Entrant, 'lane'>> = fc
  .record({
    time: fc.integer({ min: 0, max: 12 }),
    outcome: fc.constantFrom('done', 'failed', 'stopped'),
    margin: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ time, outcome, margin }) => ({
    value: outcome === 'done' ? time : null,
    censoredAt: outcome === 'stopped' ? time : null,
    margin,
  }))

test('two lanes are compared by the verdict of a race of these two', () => {
  fc.assert(
    fc.property(
      anyEntrant,
      anyEntrant,
      fc.constantFrom('lower' as const, 'higher' as const),
      (one, other, better) => {
        const entrants = [
          { lane: 0, ...one },
          { lane: 1, ...other },
        ]
        const verdict = toVerdict(rank(entrants, better), entrants, better)
        const expected =
          verdict.kind === 'dead-heat'
            ? 'tie'
            : verdict.kind === 'win'
              ? ['first', 'second'][verdict.lane]
              : null
        expect(compareLanes(entrants[0]!, entrants[1]!, better)).toBe(expected)
      },
    ),
    { numRuns: 1_000 },
  )
})
