/**
 * The leaderboard: a fold over the races of the history, newest first or in any order.
 *
 * Sorted by the lower end of the Wilson interval, not by the rate: one win in one race is 100 %, and says less than 40 in
 * 50. A race is one trial of a model, in however many of its lanes it ran: they shared an hour, a network and a machine.
 * Medians are over the lanes of the same races, answered ones only.
 */
import { betterBy, type Leaderboard, type LeaderboardQuery, type LeaderboardRow } from '@drag-race/contracts'
import { compareTexts } from '../compare-texts.ts'
import { createCategoryBook } from './by-category.ts'
import {
  areAskedDifferently,
  type Entry,
  judgeRace,
  type LaneRow,
  lanesMeant,
  type RaceRow,
  toTimedSpeed,
  whyNotCounted,
} from './judge-race.ts'
import { createLeftOut } from './left-out.ts'
import { toPairScores } from './pair-scores.ts'
import type { Pause } from './pause.ts'
import { toPercentiles } from './percentiles.ts'
import { createRaceBook } from './race-book.ts'
import { rateSeason } from './ratings.ts'
import { createReliabilityBook } from './reliability.ts'
import { median, wilson } from './statistics.ts'
import { type TtftMoment, ttftOverTime } from './ttft-over-time.ts'
import { toWinShares } from './win-shares.ts'

export interface Board {
  add(race: RaceRow): void
  /** Races that the caller did not even look at. */
  leaveOut(why: string, races: number): void
  /**
   * `pause` is awaited between models, because sorting ten thousand figures takes a millisecond that others may need, and
   * every two milliseconds of the ratings' bootstrap.
   */
  result(pause?: Pause): Promise<Leaderboard>
}

/** Under this many races a row is preliminary: the interval of 15 in 30 is still 33 % to 67 %. */
const racesForSure = 30

export function createBoard(query: Pick<LeaderboardQuery, 'by' | 'stream'>): Board {
  const tallies = new Map<string, Tally>()
  const leftOut = createLeftOut()
  const moments: TtftMoment[] = []
  const margins: number[] = []
  let disturbedRaces = 0
  let askedDifferentlyRaces = 0
  const book = createRaceBook()
  const reliability = createReliabilityBook()
  const categories = createCategoryBook()

  return {
    add(race) {
      if (whyNotCounted(race) === null) reliability.add(lanesMeant(race, query.stream))
      const judgement = judgeRace(race, query)
      if (!judgement.counts) return leftOut.add(judgement.why, 1)
      if (race.marginMs !== null) margins.push(race.marginMs)
      if (race.isDisturbed) disturbedRaces++
      if (areAskedDifferently(judgement.entries.map(({ row }) => row))) askedDifferentlyRaces++
      book.add(toPairScores(judgement.entries, betterBy[query.by]))
      const shares = toWinShares(judgement.entries, betterBy[query.by])
      categories.add(race.category, shares)
      for (const [model, entries] of Map.groupBy(judgement.entries, ({ row }) => row.model)) {
        const tally = tallies.get(model) ?? emptyTally(model)
        tallies.set(model, tally)
        addTrial(tally, judgement.entries, shares.get(model)!)
        for (const { row } of entries) {
          addLane(tally, row, race)
          if (isDone(row) && row.ttftMs !== null) {
            moments.push({ model, atMs: race.startedAtMs, ttftMs: row.ttftMs })
          }
        }
      }
    },
    leaveOut: leftOut.add,
    async result(pause = async () => {}) {
      const season = await book.result(pause)
      const ratings = await rateSeason(season, pause)
      const rows: LeaderboardRow[] = []
      for (const tally of tallies.values()) {
        rows.push({
          ...toRow(tally),
          reliability: reliability.of(tally.model),
          rating: ratings[season.models.indexOf(tally.model)] ?? null,
        })
        await pause()
      }
      return {
        by: query.by,
        marginMs: median(margins),
        disturbedRaces,
        askedDifferentlyRaces,
        rows: rows.sort(byLowerEnd).map((row, index) => ({ ...row, rank: index + 1 })),
        headToHead: season.pairs,
        byCategory: categories.result(),
        ttftOverTime: ttftOverTime(moments),
        leftOut: leftOut.result(),
      }
    },
  }
}

interface Tally {
  model: string
  /** The newest that is known. */
  provider: string | null
  providerAtMs: number
  simulated: boolean
  races: number
  wins: number
  deadHeats: number
  credit: number
  ttftMs: number[]
  totalMs: number[]
  decodeTokensPerSecond: number[]
  outputTokens: number[]
  costUsd: number[]
  /** Tokens that our tokenizer counted are in a speed above. */
  isEstimated: boolean
  /** Of how many races the times above are: a model can stand in several lanes of one. */
  ttftRaces: Set<string>
  totalRaces: Set<string>
}

function emptyTally(model: string): Tally {
  return {
    model,
    provider: null,
    providerAtMs: Number.NEGATIVE_INFINITY,
    simulated: false,
    races: 0,
    wins: 0,
    deadHeats: 0,
    credit: 0,
    ttftMs: [],
    totalMs: [],
    decodeTokensPerSecond: [],
    outputTokens: [],
    costUsd: [],
    isEstimated: false,
    ttftRaces: new Set(),
    totalRaces: new Set(),
  }
}

const figures = ['ttftMs', 'totalMs', 'decodeTokensPerSecond', 'outputTokens', 'costUsd'] as const

function addTrial(tally: Tally, entries: readonly Entry[], share: number) {
  tally.races++
  tally.credit += share
  const first = new Set(entries.filter(({ isFirst }) => isFirst).map(({ row }) => row.model))
  if (first.has(tally.model)) tally[first.size > 1 ? 'deadHeats' : 'wins']++
}

function addLane(tally: Tally, row: LaneRow, { id, startedAtMs, marginMs }: RaceRow) {
  if (row.provider !== null && startedAtMs > tally.providerAtMs) {
    tally.provider = row.provider
    tally.providerAtMs = startedAtMs
  }
  // One simulated figure is enough to mark them all: never the other way round.
  tally.simulated ||= row.simulated
  if (!isDone(row)) return
  tally.isEstimated ||= row.isEstimated
  const timed = { ...row, decodeTokensPerSecond: toTimedSpeed(row, marginMs) }
  for (const figure of figures) {
    const value = timed[figure]
    if (value !== null) tally[figure].push(value)
  }
  if (row.ttftMs !== null) tally.ttftRaces.add(id)
  if (row.totalMs !== null) tally.totalRaces.add(id)
}

function toRow(tally: Tally): Omit<LeaderboardRow, 'rating' | 'reliability'> {
  const { low, high } = wilson(tally.credit, tally.races)
  return {
    rank: 0,
    model: tally.model,
    provider: tally.provider,
    simulated: tally.simulated,
    races: tally.races,
    wins: tally.wins,
    deadHeats: tally.deadHeats,
    winRate: tally.credit / tally.races,
    winRateLow: low,
    winRateHigh: high,
    medianTtftMs: median(tally.ttftMs),
    medianTotalMs: median(tally.totalMs),
    medianDecodeTokensPerSecond: median(tally.decodeTokensPerSecond),
    medianOutputTokens: median(tally.outputTokens),
    medianCostUsd: median(tally.costUsd),
    isEstimated: tally.isEstimated,
    isPreliminary: tally.races < racesForSure,
    percentiles: {
      ttft: toPercentiles(tally.ttftMs, tally.ttftRaces.size),
      total: toPercentiles(tally.totalMs, tally.totalRaces.size),
    },
  }
}

function byLowerEnd(a: LeaderboardRow, b: LeaderboardRow): number {
  return b.winRateLow - a.winRateLow || b.races - a.races || compareTexts(a.model, b.model)
}

function isDone(row: LaneRow): boolean {
  return row.outcome === 'done'
}
