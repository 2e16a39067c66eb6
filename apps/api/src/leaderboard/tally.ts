/** What a board adds up for one model, race by race and lane by lane, and the row that it becomes. */
import type { LeaderboardRow } from '@drag-race/contracts'
import { type Entry, isDone, type LaneRow, type RaceRow, toTimedSpeed } from './judge-race.ts'
import { median, toPercentiles } from './percentiles.ts'
import { wilson } from './wilson.ts'

export interface Tally {
  model: string
  /** That of the newest race in which it is known. */
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
  /** One of the speeds above was calculated with tokens that our tokenizer counted. */
  isEstimated: boolean
  /** The races that the times above come from: a model can run in several lanes of one. */
  ttftRaces: Set<string>
  totalRaces: Set<string>
}

export function emptyTally(model: string): Tally {
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

/** With fewer races a row is preliminary: the interval of 15 in 30 is still 33 % to 67 %. */
const racesForSure = 30

const figures = ['ttftMs', 'totalMs', 'decodeTokensPerSecond', 'outputTokens', 'costUsd'] as const

export function addTrial(tally: Tally, entries: readonly Entry[], share: number) {
  tally.races++
  tally.credit += share
  const first = new Set(entries.filter(({ isFirst }) => isFirst).map(({ row }) => row.model))
  if (first.has(tally.model)) tally[first.size > 1 ? 'deadHeats' : 'wins']++
}

export function addLane(tally: Tally, row: LaneRow, { id, startedAtMs, marginMs }: RaceRow) {
  if (row.provider !== null && startedAtMs > tally.providerAtMs) {
    tally.provider = row.provider
    tally.providerAtMs = startedAtMs
  }
  // One simulated lane marks the whole row: a simulated figure is never shown as a real one.
  tally.simulated ||= row.simulated
  if (!isDone(row)) return
  tally.isEstimated ||= row.isEstimated
  const timed = { ...row, decodeTokensPerSecond: toSpeedOrFaster(row, marginMs) }
  for (const figure of figures) {
    const value = timed[figure]
    if (value !== null) tally[figure].push(value)
  }
  if (row.ttftMs !== null) tally.ttftRaces.add(id)
  tally.totalRaces.add(id)
}

/**
 * Infinity for an answer too quick for the clock. Without such answers the median would be that of the answers that
 * were held up: of a model with 500 tokens a second, at a margin of 38 ms, 3 of 296 were timed, at 100 a second.
 */
function toSpeedOrFaster(row: LaneRow, marginMs: number | null): number | null {
  const speed = toTimedSpeed(row, marginMs)
  return speed === null && row.stream && row.sentTokens > 1 ? Number.POSITIVE_INFINITY : speed
}

function finite(value: number | null): number | null {
  return value === Number.POSITIVE_INFINITY ? null : value
}

export function toRow(tally: Tally): Omit<LeaderboardRow, 'rating' | 'reliability'> {
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
    medianDecodeTokensPerSecond: finite(median(tally.decodeTokensPerSecond)),
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
