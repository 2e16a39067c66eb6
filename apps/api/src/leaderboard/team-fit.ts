/**
 * A group's ratings, from all of its races or from the races as a resample weighs them.
 *
 * The phantom is the player after the last model, with a win and a loss against each of them.
 */
import { createLeague } from './bradley-terry.ts'
import type { Team } from './team.ts'

export interface TeamFit {
  /** From all races. */
  values: number[]
  /** `races[k]`: the weight of pattern k. `weigh` gives the weight of each win and of each loss of the phantom. */
  refit(races: ArrayLike<number>, weigh: () => number): number[]
}

export function createTeamFit({ members, pairs, patterns }: Team): TeamFit {
  const phantom = members.length
  const league = createLeague(phantom + 1, [
    ...pairs,
    ...members.map((_, player) => [player, phantom] as const),
  ])
  const wins = new Float64Array(2 * (pairs.length + members.length))

  function fit(races: ArrayLike<number>, weigh: () => number, strengths: Float64Array): number[] {
    wins.fill(0)
    for (const [kind, pattern] of patterns.entries()) {
      const times = races[kind] as number
      if (times === 0) continue
      for (let index = 0; index < pattern.pairs.length; index++) {
        const first = 2 * (pattern.pairs[index] as number)
        const score = pattern.scores[index] as number
        wins[first] = (wins[first] as number) + times * score
        wins[first + 1] = (wins[first + 1] as number) + times * (1 - score)
      }
    }
    for (let at = 2 * pairs.length; at < wins.length; at++) wins[at] = weigh()
    league.fit(wins, strengths)
    return toRatings(strengths.subarray(0, phantom))
  }

  const strengths = new Float64Array(phantom + 1).fill(1)
  const values = fit(
    patterns.map(({ races }) => races),
    () => 1,
    strengths,
  )
  // The strengths of a resample are near those of all races, so its fit starts there.
  return { values, refit: (races, weigh) => fit(races, weigh, strengths.slice()) }
}

const pointsPerLogit = 400 / Math.LN10

function toRatings(strengths: Float64Array): number[] {
  const logs = [...strengths].map(Math.log)
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length
  return logs.map((log) => 1000 + pointsPerLogit * (log - mean))
}
