/**
 * Ratings of models: Bradley–Terry strengths on Elo's scale, with intervals from a bootstrap that weighs races.
 *
 *     rating = 1000 + 400 / ln 10 · (ln π − mean of ln π in the group)
 *
 * so 1000 is the middle of the group. 100 points more mean 64 % of the points against that opponent, 200 points 76 %.
 *
 * **Undefeated models stay finite**: beside its races each model has won once and lost once against a phantom, the same
 * one for its whole group (Laplace's "add one success and one failure"). The phantom weighs as much as two races, and
 * keeps every resample connected. Without it a model that never lost has no finite strength (L. R. Ford, "Solution of a
 * Ranking Problem from Binary Comparisons", 1957).
 *
 * **A race is one observation.** Its lanes ran at one time over one network: the pairs of a race are not independent,
 * and an interval that treats them as independent claims more than it knows. Strengths take all pairs (a composite
 * likelihood: C. Varin, N. Reid and D. Firth, Statistica Sinica 21 (2011), 5–42); their interval comes from races
 * weighted anew by the Bayesian bootstrap (D. B. Rubin, Annals of Statistics 9 (1981), 130–134). In each resample the
 * phantom's win and loss have weights too (M. A. Newton, N. G. Polson and J. Xu, "Weighted Bayesian Bootstrap",
 * Canadian Journal of Statistics 49 (2021), 421–437), so that one-sided races also have an interval. For two models
 * this comes close to adding one win and one loss, as Laplace did: with such additions intervals contain the true value
 * as often as they claim, for unequal models too (A. Agresti and B. A. Coull, The American Statistician 52 (1998),
 * 119–126). For few races the percentiles are widened.
 *
 * **Groups.** Models that never met, not even through others, have no common scale. Each group has its own.
 */
import type { Rating } from '@drag-race/contracts'
import type { Pause } from './pause.ts'
import type { Season } from './race-book.ts'
import { resampleRatings } from './resample.ts'
import { widenedTail } from './small-samples.ts'
import { toTeams } from './team.ts'
import { createTeamFit } from './team-fit.ts'

/**
 * With fewer races the interval of a model would claim too much, so there is none. How often the interval contained the
 * true value: of two models, one of which wins 50 to 95 % of the races, 96 to 99 % at ten and twenty, 94 to 96 % at
 * forty and eighty (exactly, in `coverage.test.ts`); of four and eight models, even or steep, in 150 made-up histories
 * each: 93 to 97 % at ten to forty where all lanes run in each race, 95 to 99.8 % where two do.
 */
export const racesForInterval = 10

/** In the order of the season's models. */
export async function rateSeason(season: Season, pause: Pause): Promise<Rating[]> {
  const ratings = Array<Rating>(season.models.length)
  for (const [group, team] of toTeams(season).entries()) {
    await pause()
    const fit = createTeamFit(team)
    const samples = await resampleRatings(team, fit, pause)
    const rated = fit.values.map((value, player) =>
      withInterval(value, samples[player] as Float64Array, team.racesOf[player] as number),
    )
    for (const [player, rating] of withRanks(rated).entries()) {
      ratings[team.members[player] as number] = { group: group + 1, ...rating }
    }
  }
  return ratings
}

type Unranked = Omit<Rating, 'group' | 'rank'>

function withInterval(value: number, samples: Float64Array, races: number): Unranked {
  if (races < racesForInterval) return { value, low: null, high: null, races }
  const tail = widenedTail(races)
  return {
    value,
    low: Math.min(value, quantile(samples, tail)),
    high: Math.max(value, quantile(samples, 1 - tail)),
    races,
  }
}

/** Linear between two samples. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1)
  const below = sorted[Math.floor(at)] as number
  return below + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] as number) - below)
}

/**
 * 1 and one more for each model of the group whose lower end lies above the upper end of this one. W.-L. Chiang et al.,
 * "Chatbot Arena", ICML 2024.
 */
function withRanks(ratings: readonly Unranked[]): Omit<Rating, 'group'>[] {
  return ratings.map((rating) => {
    const { high } = rating
    if (high === null) return { ...rating, rank: null }
    return { ...rating, rank: 1 + ratings.filter(({ low }) => low !== null && low > high).length }
  })
}
