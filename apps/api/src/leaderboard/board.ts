/**
 * The leaderboard: a fold over the races of the history, whatever their order.
 *
 * Rows are sorted by the lower end of the Wilson interval, not by the rate: one win in one race is 100 %, and says less
 * than 40 in 50. A race is one trial of a model, in however many of its lanes the model ran: these lanes shared an
 * hour, a network and a machine. Medians are over the lanes of the same races that brought a whole answer.
 */
import { betterBy, type Leaderboard, type LeaderboardQuery, type LeaderboardRow } from '@drag-race/contracts'
import { compareTexts } from '../compare-texts.ts'
import { createCategoryBook } from './by-category.ts'
import {
  areAskedDifferently,
  isDone,
  judgeRace,
  lanesMeant,
  type RaceRow,
  whyNotCounted,
} from './judge-race.ts'
import { createLeftOut } from './left-out.ts'
import { toPairScores } from './pair-scores.ts'
import type { Pause } from './pause.ts'
import { median } from './percentiles.ts'
import { createRaceBook } from './race-book.ts'
import { rateSeason } from './ratings.ts'
import { createReliabilityBook } from './reliability.ts'
import { addLane, addTrial, emptyTally, type Tally, toRow } from './tally.ts'
import { type TtftMoment, ttftOverTime } from './ttft-over-time.ts'
import { toWinShares } from './win-shares.ts'

export interface Board {
  add(race: RaceRow): void
  /** Counts races that the caller has not read, with the reason. */
  leaveOut(why: string, races: number): void
  /**
   * `pause` is awaited between models, because sorting ten thousand figures takes a millisecond, and every two
   * milliseconds of the ratings' bootstrap.
   */
  result(pause?: Pause): Promise<Leaderboard>
}

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

function byLowerEnd(a: LeaderboardRow, b: LeaderboardRow): number {
  return b.winRateLow - a.winRateLow || b.races - a.races || compareTexts(a.model, b.model)
}
