/**
 * The leaderboard: a fold over the races of the history, newest first or in any order.
 *
 * Sorted by the lower end of the Wilson interval, not by the rate: one win in one race is 100 %, and says less than 40 in
 * 50. Medians are over the same entries that the rate counts, answered ones only.
 */
import type { Leaderboard, LeaderboardQuery, LeaderboardRow } from '@drag-race/contracts'
import { type Entry, judgeRace, type LaneRow, type RaceRow } from './judge-race.ts'
import { median, wilson } from './statistics.ts'
import { type TtftMoment, ttftOverTime } from './ttft-over-time.ts'

export interface Board {
  add(race: RaceRow): void
  /** Races that the caller did not even look at. */
  leaveOut(why: string, races: number): void
  /** `pause` is awaited between models: sorting ten thousand figures takes a millisecond that others may need. */
  result(pause?: () => Promise<unknown>): Promise<Leaderboard>
}

/** Under this many races a row is preliminary: the interval of 15 in 30 is still 33 % to 67 %. */
export const racesForSure = 30

export function createBoard(query: Pick<LeaderboardQuery, 'by' | 'stream'>): Board {
  const tallies = new Map<string, Tally>()
  const leftOut = new Map<string, number>()
  const moments: TtftMoment[] = []

  return {
    add(race) {
      const judgement = judgeRace(race, query)
      if (!judgement.counts) {
        leftOut.set(judgement.why, (leftOut.get(judgement.why) ?? 0) + 1)
        return
      }
      for (const entry of judgement.entries) {
        const tally = tallies.get(entry.row.model) ?? emptyTally(entry.row.model)
        tallies.set(entry.row.model, tally)
        addEntry(tally, entry, race.startedAtMs)
        const { ttftMs } = entry.row
        if (isDone(entry.row) && ttftMs !== null) {
          moments.push({ model: entry.row.model, atMs: race.startedAtMs, ttftMs })
        }
      }
    },
    leaveOut(why, races) {
      if (races > 0) leftOut.set(why, (leftOut.get(why) ?? 0) + races)
    },
    async result(pause = async () => {}) {
      const rows: LeaderboardRow[] = []
      for (const tally of tallies.values()) {
        rows.push(toRow(tally))
        await pause()
      }
      return {
        by: query.by,
        rows: rows.sort(byLowerEnd).map((row, index) => ({ ...row, rank: index + 1 })),
        ttftOverTime: ttftOverTime(moments),
        leftOut: [...leftOut]
          .map(([why, races]) => ({ why, races }))
          .sort((a, b) => b.races - a.races || compare(a.why, b.why)),
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
  costUsd: number[]
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
    costUsd: [],
  }
}

const figures = ['ttftMs', 'totalMs', 'decodeTokensPerSecond', 'costUsd'] as const

function addEntry(tally: Tally, { row, credit, isDeadHeat }: Entry, atMs: number) {
  if (row.provider !== null && atMs > tally.providerAtMs) {
    tally.provider = row.provider
    tally.providerAtMs = atMs
  }
  // One simulated figure is enough to mark them all: never the other way round.
  tally.simulated ||= row.simulated
  tally.races++
  tally.credit += credit
  if (isDeadHeat) tally.deadHeats++
  else if (credit === 1) tally.wins++
  if (!isDone(row)) return
  for (const figure of figures) {
    const value = row[figure]
    if (value !== null) tally[figure].push(value)
  }
}

function toRow(tally: Tally): LeaderboardRow {
  const { low, high } = wilson(tally.credit, tally.races)
  return {
    rank: 0,
    model: tally.model,
    provider: tally.provider,
    simulated: tally.simulated,
    races: tally.races,
    wins: tally.wins,
    deadHeats: tally.deadHeats,
    // Thirds do not add up to a whole exactly.
    winRate: Math.min(1, tally.credit / tally.races),
    winRateLow: low,
    winRateHigh: high,
    medianTtftMs: median(tally.ttftMs),
    medianTotalMs: median(tally.totalMs),
    medianDecodeTokensPerSecond: median(tally.decodeTokensPerSecond),
    medianCostUsd: median(tally.costUsd),
    isPreliminary: tally.races < racesForSure,
  }
}

function byLowerEnd(a: LeaderboardRow, b: LeaderboardRow): number {
  return b.winRateLow - a.winRateLow || b.races - a.races || compare(a.model, b.model)
}

function isDone(row: LaneRow): boolean {
  return row.outcome === 'done'
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
