/** A row of the board with only what a test is about. */
import type { LeaderboardRow } from '@drag-race/contracts'

export function row(part: Partial<LeaderboardRow>): LeaderboardRow {
  return {
    rank: 1,
    model: 'm',
    provider: 'acme',
    simulated: false,
    races: 40,
    wins: 20,
    deadHeats: 0,
    winRate: 0.5,
    winRateLow: 0.35,
    winRateHigh: 0.65,
    medianTtftMs: null,
    medianTotalMs: null,
    medianDecodeTokensPerSecond: null,
    medianOutputTokens: null,
    medianCostUsd: null,
    isEstimated: false,
    reliability: { answered: 40, calls: 40, low: 0.91, high: 1 },
    isPreliminary: false,
    rating: null,
    percentiles: {
      ttft: { races: 0, p50Ms: null, p95Ms: null, p99Ms: null },
      total: { races: 0, p50Ms: null, p95Ms: null, p99Ms: null },
    },
    ...part,
  }
}
