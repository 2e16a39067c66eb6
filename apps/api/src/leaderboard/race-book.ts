/**
 * The races of a board as ratings need them: how often each two models met and how it went, and the races themselves,
 * equal ones counted together. The bootstrap weighs races, so it must know which pairs came from the same one.
 *
 * The result does not depend on the order of races and lanes. Ten thousand races of sixteen different models, no two
 * alike, take 25 MB; of four models there are 75 kinds of race at most.
 */
import type { HeadToHead } from '@drag-race/contracts'
import { compareTexts } from '../compare-texts.ts'
import type { PairScore } from './pair-scores.ts'
import type { Pause } from './pause.ts'

export interface RaceBook {
  add(scores: readonly PairScore[]): void
  /** `pause` is awaited every few milliseconds. */
  result(pause: Pause): Promise<Season>
}

export interface Season {
  /** Sorted by name. At most `modelsMax`, those with the most races. */
  models: string[]
  /** Races in which the model was compared with another. */
  racesOf: number[]
  /** Sorted by the names of a, then of b. */
  pairs: HeadToHead[]
  patterns: Pattern[]
}

/** Races with the same result: the same pairs with the same scores. */
export interface Pattern {
  races: number
  /** Indices into the season's pairs, ascending. */
  pairs: Uint32Array
  /** a's share of each: a win is 1, a tie half. */
  scores: Float64Array
}

/** More models cannot be read in one table, and the pairs grow with the square of their number: 64 have 2,016. */
export const modelsMax = 64

/** Those of the largest races, with 120 pairs each, take about three milliseconds. */
const patternsBetweenPauses = 64

export function createRaceBook(): RaceBook {
  const records: HeadToHead[] = []
  const numbers = new Map<string, Map<string, number>>()
  const racesOf = new Map<string, number>()
  const patterns = new Map<string, Pattern>()

  function toNumber(a: string, b: string): number {
    const opponents = numbers.get(a) ?? new Map<string, number>()
    numbers.set(a, opponents)
    const number = opponents.get(b) ?? records.push({ a, b, wins: 0, ties: 0, losses: 0, races: 0 }) - 1
    opponents.set(b, number)
    return number
  }

  return {
    add(scores) {
      if (scores.length === 0) return
      for (const model of new Set(scores.flatMap(({ a, b }) => [a, b]))) {
        racesOf.set(model, (racesOf.get(model) ?? 0) + 1)
      }
      const shares = scores.map(({ a, b, aWins, ties, bWins }) => {
        const pair = toNumber(a, b)
        const record = records[pair] as HeadToHead
        record.wins += aWins
        record.ties += ties
        record.losses += bWins
        record.races++
        return { pair, score: aWins + ties / 2 }
      })
      shares.sort(byPair)
      const key = shares.map(({ pair, score }) => `${pair} ${score}`).join()
      const same = patterns.get(key)
      if (same) same.races++
      else patterns.set(key, toPattern(1, shares))
    },
    async result(pause) {
      const models = mostRaced(racesOf)
      const shown = [...records.entries()]
        .filter(([, { a, b }]) => models.includes(a) && models.includes(b))
        .sort(([, one], [, other]) => compareTexts(one.a, other.a) || compareTexts(one.b, other.b))
      const renumbered = new Map(shown.map(([number], index) => [number, index]))
      const season: { pattern: Pattern; hash: number }[] = []
      for (const [index, pattern] of [...patterns.values()].entries()) {
        const shownOf = renumber(pattern, renumbered)
        if (shownOf) season.push({ pattern: shownOf, hash: toHash(shownOf) })
        if (index % patternsBetweenPauses === 0) await pause()
      }
      return {
        models,
        racesOf: models.map((model) => racesOf.get(model) ?? 0),
        pairs: shown.map(([, record]) => withoutDust(record)),
        patterns: season
          .sort((one, other) => one.hash - other.hash || byContent(one.pattern, other.pattern))
          .map(({ pattern }) => pattern),
      }
    },
  }
}

function mostRaced(racesOf: ReadonlyMap<string, number>): string[] {
  return [...racesOf]
    .sort(([one, n], [other, m]) => m - n || compareTexts(one, other))
    .slice(0, modelsMax)
    .map(([model]) => model)
    .sort(compareTexts)
}

interface Share {
  pair: number
  score: number
}

function toPattern(races: number, shares: readonly Share[]): Pattern {
  return {
    races,
    pairs: Uint32Array.from(shares, ({ pair }) => pair),
    scores: Float64Array.from(shares, ({ score }) => score),
  }
}

/** null when none of its pairs is shown. */
function renumber({ races, pairs, scores }: Pattern, numbers: ReadonlyMap<number, number>): Pattern | null {
  const shares: Share[] = []
  for (const [index, old] of pairs.entries()) {
    const pair = numbers.get(old)
    if (pair !== undefined) shares.push({ pair, score: scores[index] as number })
  }
  return shares.length > 0 ? toPattern(races, shares.sort(byPair)) : null
}

/**
 * FNV-1a. Any order will do that depends on the content alone; comparing contents takes 0.3 s for 10,000 large races.
 */
function toHash({ pairs, scores }: Pattern): number {
  let hash = 0x811c9dc5
  for (const [index, pair] of pairs.entries()) {
    hash = Math.imul(hash ^ pair, 0x01000193)
    hash = Math.imul(hash ^ Math.round((scores[index] as number) * 1e6), 0x01000193)
  }
  return hash >>> 0
}

function byPair(one: Share, other: Share): number {
  return one.pair - other.pair
}

function byContent(one: Pattern, other: Pattern): number {
  for (let index = 0; index < one.pairs.length && index < other.pairs.length; index++) {
    const order =
      (one.pairs[index] as number) - (other.pairs[index] as number) ||
      (one.scores[index] as number) - (other.scores[index] as number)
    if (order !== 0) return order
  }
  return one.pairs.length - other.pairs.length || one.races - other.races
}

/** Without rounding errors: thirds of a win do not add up to a whole exactly. */
function withoutDust(record: HeadToHead): HeadToHead {
  const { wins, ties, losses } = record
  const [w, t, l] = [wins, ties, losses].map((share) => Math.round(share * 1e6) / 1e6) as [
    number,
    number,
    number,
  ]
  return { ...record, wins: w, ties: t, losses: l }
}
