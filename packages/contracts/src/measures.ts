/**
 * The four measures that a leaderboard can be read by: each says which figure decides, whether less is better, and how
 * wide a tie is.
 */
import { toDecodeMargin } from './speeds.ts'
import type { Better, Entrant } from './standings.ts'

export const measures = ['total', 'ttft', 'decode', 'cost'] as const
export type Measure = (typeof measures)[number]

export const betterBy: Record<Measure, Better> = {
  total: 'lower',
  ttft: 'lower',
  decode: 'higher',
  cost: 'lower',
}

export interface MeasuredLane {
  lane: number
  totalMs: number | null
  ttftMs: number | null
  decodeTokensPerSecond: number | null
  costUsd: number | null
  sentTokens: number
  /** Set when somebody stopped the lane: how long it had run. */
  stoppedAfterMs: number | null
  isDone: boolean
}

/**
 * An entrant by a measure. The margin of a speed follows from the margin of its time, and a speed over a span that is
 * too short to be timed is null. No time is in a cost, so it has no margin. Only whole answers are ranked.
 */
export function toMeasuredEntrant(lane: MeasuredLane, measure: Measure, marginMs: number | null): Entrant {
  const margin = marginMs ?? 0
  const done = lane.isDone
  switch (measure) {
    case 'total':
      return { lane: lane.lane, value: done ? lane.totalMs : null, censoredAt: lane.stoppedAfterMs, margin }
    case 'ttft':
      return { lane: lane.lane, value: done ? lane.ttftMs : null, margin }
    case 'cost':
      return { lane: lane.lane, value: done ? lane.costUsd : null, margin: 0 }
    case 'decode': {
      const speed = done ? lane.decodeTokensPerSecond : null
      const speedMargin = speed === null ? null : toDecodeMargin(speed, lane.sentTokens, margin)
      return { lane: lane.lane, value: speedMargin === null ? null : speed, margin: speedMargin ?? 0 }
    }
  }
}
