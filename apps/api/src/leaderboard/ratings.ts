/**
 * Ratings of models: Bradley–Terry strengths on Elo's scale, with intervals from a bootstrap that draws races.
 *
 *     rating = 1000 + 400 / ln 10 · (ln π − mean of ln π in the group)
 *
 * so 1000 is the middle of the group, and 100 points more mean 64 % of the points against that opponent, 200 points 76 %.
 *
 * **Undefeated models stay finite**: each model has also won once and lost once against one and the same phantom (Laplace's
 * "add one success and one failure"). It weighs as two races do, and keeps every resample connected. Without it a model that
 * never lost has no finite strength (L. R. Ford, "Solution of a Ranking Problem from Binary Comparisons", 1957).
 *
 * **A race is one observation.** Its lanes ran at one time over one network: the pairs of a race are not independent, and an
 * interval that takes them for so claims more than it knows. Strengths take all pairs (a composite likelihood: C. Varin,
 * N. Reid and D. Firth, Statistica Sinica 21 (2011), 5–42); their interval comes from races drawn with replacement (B. Efron,
 * 1979; C. A. Field and A. H. Welsh, "Bootstrapping Clustered Data", JRSS B 69 (2007), 369–390). In each resample the
 * phantom's win and loss have weights drawn from the exponential distribution (M. A. Newton, N. G. Polson and J. Xu, "Weighted
 * Bayesian Bootstrap", Canadian Journal of Statistics 49 (2021), 421–437): else all resamples of one-sided races would be the
 * same, and one win in one race would be a rating without any error. Percentiles are expanded for few races.
 *
 * **Groups.** Models that never met, not even through others, have no common scale. Each group has its own.
 */
import type { Rating } from '@drag-race/contracts'
import { createLeague } from './bradley-terry.ts'
import { toGroups } from './groups.ts'
import type { Pattern, Season } from './race-book.ts'
import { createRandom, type Random } from './random.ts'
import { expandedTail } from './small-samples.ts'

/**
 * Below this many races of a model its interval would claim too much, and there is none: of four equal models in races of
 * four, it held the truth in 85 to 93 of 100 tries at six races, and in 94 to 96 from ten on.
 */
export const racesForInterval = 10

export const resamplesMax = 1_000
const resamplesMin = 200
/** Additions in all: about half a second. Only histories of thousands of large, all different races get fewer resamples. */
const workMax = 2e8
/** Additions between two pauses: about two milliseconds. */
const workBetweenPauses = 5e5

const seed = 1_202

export type Pause = () => Promise<unknown>

/** In the order of the season's models. */
export async function rateSeason(season: Season, pause: Pause): Promise<Rating[]> {
  const ratings = Array<Rating>(season.models.length)
  const pairs = season.pairs.map(({ a, b }) => [season.models.indexOf(a), season.models.indexOf(b)] as const)
  for (const [group, members] of toGroups(season.models.length, pairs).entries()) {
    const rated = await rateGroup(toTeam(season, pairs, members), pause)
    for (const [index, rating] of rated.entries()) {
      ratings[members[index] as number] = { group: group + 1, ...rating }
    }
  }
  return ratings
}

/** One group by itself; players are numbered from 0, the phantom is the last. */
interface Team {
  players: number
  racesOf: number[]
  pairs: (readonly [number, number])[]
  patterns: Pattern[]
  races: number
}

function toTeam(season: Season, pairs: readonly (readonly [number, number])[], members: number[]): Team {
  const own = [...pairs.entries()].filter(([, [first]]) => members.includes(first))
  const numbers = new Map(own.map(([pair], index) => [pair, index]))
  const patterns = season.patterns.flatMap((pattern) => {
    const pairs: number[] = []
    const scores: number[] = []
    for (const [index, pair] of pattern.pairs.entries()) {
      const number = numbers.get(pair)
      if (number === undefined) continue
      pairs.push(number)
      scores.push(pattern.scores[index] as number)
    }
    if (pairs.length === 0) return []
    return { races: pattern.races, pairs: Uint32Array.from(pairs), scores: Float64Array.from(scores) }
  })
  return {
    players: members.length,
    racesOf: members.map((model) => season.racesOf[model] ?? 0),
    pairs: own.map(([, [first, second]]) => [members.indexOf(first), members.indexOf(second)] as const),
    patterns,
    races: patterns.reduce((sum, { races }) => sum + races, 0),
  }
}

type GroupRating = Omit<Rating, 'group'>

async function rateGroup(team: Team, pause: Pause): Promise<GroupRating[]> {
  const { players, racesOf, patterns } = team
  const phantoms = Array.from({ length: players }, (_, player) => [player, players] as const)
  const league = createLeague(players + 1, [...team.pairs, ...phantoms])

  const wins = new Float64Array(2 * (team.pairs.length + players))
  addRaces(
    wins,
    patterns,
    patterns.map(({ races }) => races),
  )
  wins.fill(1, 2 * team.pairs.length)
  const strengths = new Float64Array(players + 1).fill(1)
  league.fit(wins, strengths)
  const values = toRatings(strengths)

  const random = createRandom(seed)
  const raceKinds = toRaceKinds(team)
  const drawn = new Uint32Array(patterns.length)
  const work = team.races + patterns.reduce((sum, { pairs }) => sum + pairs.length, 0) + 20 * wins.length
  const resamples = Math.max(resamplesMin, Math.min(resamplesMax, Math.floor(workMax / work)))
  const samples = values.map(() => new Float64Array(resamples))
  let workSincePause = 0
  for (let resample = 0; resample < resamples; resample++) {
    drawRaces(drawn, raceKinds, random)
    wins.fill(0)
    addRaces(wins, patterns, drawn)
    for (let at = 2 * team.pairs.length; at < wins.length; at++) wins[at] = random.exponential()
    const resampled = strengths.slice()
    league.fit(wins, resampled)
    for (const [player, value] of toRatings(resampled).entries()) {
      ;(samples[player] as Float64Array)[resample] = value
    }
    workSincePause += work
    if (workSincePause >= workBetweenPauses) {
      workSincePause = 0
      await pause()
    }
  }
  return withRanks(
    values.map((value, player) =>
      toGroupRating(value, samples[player] as Float64Array, racesOf[player] as number),
    ),
  )
}

/** Which pattern each race of the group is. */
function toRaceKinds({ patterns, races }: Team): Uint32Array {
  const kinds = new Uint32Array(races)
  let at = 0
  for (const [kind, pattern] of patterns.entries()) {
    kinds.fill(kind, at, at + pattern.races)
    at += pattern.races
  }
  return kinds
}

/** As many races as there are, each any of them. */
function drawRaces(drawn: Uint32Array, raceKinds: Uint32Array, random: Random) {
  drawn.fill(0)
  for (let race = 0; race < raceKinds.length; race++) {
    const kind = raceKinds[random.below(raceKinds.length)] as number
    drawn[kind] = (drawn[kind] as number) + 1
  }
}

function addRaces(wins: Float64Array, patterns: readonly Pattern[], races: ArrayLike<number>) {
  for (const [kind, { pairs, scores }] of patterns.entries()) {
    const times = races[kind] as number
    if (times === 0) continue
    for (let index = 0; index < pairs.length; index++) {
      const first = 2 * (pairs[index] as number)
      const score = scores[index] as number
      wins[first] = (wins[first] as number) + times * score
      wins[first + 1] = (wins[first + 1] as number) + times * (1 - score)
    }
  }
}

const pointsPerLogit = 400 / Math.LN10

/** The last strength is the phantom's. */
function toRatings(strengths: Float64Array): number[] {
  const logs = [...strengths.subarray(0, -1)].map(Math.log)
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length
  return logs.map((log) => 1000 + pointsPerLogit * (log - mean))
}

function toGroupRating(value: number, samples: Float64Array, races: number): Omit<GroupRating, 'rank'> {
  if (races < racesForInterval) return { value, low: null, high: null, races }
  samples.sort()
  const tail = expandedTail(races)
  return {
    value,
    low: Math.min(value, quantile(samples, tail)),
    high: Math.max(value, quantile(samples, 1 - tail)),
    races,
  }
}

/** Between two samples on a straight line. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1)
  const below = sorted[Math.floor(at)] as number
  return below + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] as number) - below)
}

/**
 * 1 and one more for each model of the group that is better beyond doubt: its lower end lies above this one's upper end. So
 * those whose intervals overlap share a rank. W.-L. Chiang et al., "Chatbot Arena", ICML 2024.
 */
function withRanks(ratings: readonly Omit<GroupRating, 'rank'>[]): GroupRating[] {
  return ratings.map((rating) => {
    const { high } = rating
    if (high === null) return { ...rating, rank: null }
    return { ...rating, rank: 1 + ratings.filter(({ low }) => low !== null && low > high).length }
  })
}
