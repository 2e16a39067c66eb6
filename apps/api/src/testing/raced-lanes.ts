/**
 * Races for tests: a lane is answered in `totalMs`, and its other figures follow from that unless they are given.
 */
import type { LaneRow, RaceRow } from '../leaderboard/judge-race.ts'

export function lane(model: string, totalMs: number, other: Partial<LaneRow> = {}): LaneRow {
  return {
    lane: 0,
    model,
    provider: 'simulator',
    simulated: true,
    stream: true,
    askedLike: 0,
    outcome: 'done',
    ttftMs: totalMs / 10,
    totalMs,
    elapsedMs: totalMs,
    decodeTokensPerSecond: 100_000 / totalMs,
    sentTokens: 100,
    outputTokens: 100,
    isEstimated: false,
    costUsd: totalMs / 1e6,
    ...other,
  }
}

const unanswered = { ttftMs: null, totalMs: null, decodeTokensPerSecond: null, costUsd: null }
/** A lane that failed after its first token, whose TTFT must not count. */
export const failed = (model: string) => lane(model, 50, { ...unanswered, ttftMs: 5, outcome: 'failed' })
export const stopped = (model: string, afterMs: number) =>
  lane(model, afterMs, { ...unanswered, outcome: 'stopped', elapsedMs: afterMs })

export function race(lanes: LaneRow[], other: Partial<RaceRow> = {}): RaceRow {
  return {
    id: 'race',
    startedAtMs: 0,
    category: null,
    status: 'finished',
    marginMs: 1,
    isDisturbed: false,
    coldStart: false,
    isImported: false,
    lanes: lanes.map((row, index) => ({ ...row, lane: index })),
    ...other,
  }
}
