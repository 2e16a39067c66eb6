/** The season cut into groups of models that never met: each group is rated by itself, on a scale of its own. */
import { toGroups } from './groups.ts'
import type { Pattern, Season } from './race-book.ts'

/** One group; its players are numbered from 0. */
export interface Team {
  /** Indices into the season's models. */
  members: number[]
  racesOf: number[]
  pairs: Pair[]
  patterns: Pattern[]
  races: number
}

type Pair = readonly [first: number, second: number]

/** The largest first. */
export function toTeams(season: Season): Team[] {
  const { models, racesOf, patterns } = season
  const numbers = new Map(models.map((model, index) => [model, index]))
  const pairs = season.pairs.map(({ a, b }): Pair => [numbers.get(a) ?? 0, numbers.get(b) ?? 0])
  const groups = toGroups(models.length, pairs)
  // Usually there is one group, and ten thousand races need not be copied for it.
  if (groups.length === 1) {
    return [{ members: [...models.keys()], racesOf, pairs, patterns, races: countRaces(patterns) }]
  }
  return groups.map((members) => toTeam(season, pairs, members))
}

function toTeam(season: Season, pairs: readonly Pair[], members: number[]): Team {
  const own = [...pairs.entries()].filter(([, [first]]) => members.includes(first))
  const numbers = new Map(own.map(([pair], index) => [pair, index]))
  const patterns = season.patterns.flatMap((pattern) => toOwn(pattern, numbers))
  return {
    members,
    racesOf: members.map((model) => season.racesOf[model] ?? 0),
    pairs: own.map(([, [first, second]]): Pair => [members.indexOf(first), members.indexOf(second)]),
    patterns,
    races: countRaces(patterns),
  }
}

/**
 * The part of a race that is the group's: all or nothing, unless the season left out the winner that linked the losers.
 */
function toOwn(pattern: Pattern, numbers: ReadonlyMap<number, number>): Pattern[] {
  const pairs: number[] = []
  const scores: number[] = []
  for (const [index, pair] of pattern.pairs.entries()) {
    const number = numbers.get(pair)
    if (number === undefined) continue
    pairs.push(number)
    scores.push(pattern.scores[index] as number)
  }
  if (pairs.length === 0) return []
  return [{ races: pattern.races, pairs: Uint32Array.from(pairs), scores: Float64Array.from(scores) }]
}

function countRaces(patterns: readonly Pattern[]): number {
  return patterns.reduce((sum, { races }) => sum + races, 0)
}
