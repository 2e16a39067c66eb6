/**
 * By how much the figures of two lanes differ, and whether the two clocks can tell. Each figure may be off by the
 * margin of its own race, and by the lag where that clock was disturbed. A difference may be off by both together;
 * within that it counts as none.
 */
import {
  errorBoundMs,
  isSentEstimated,
  type LaneSummary,
  type Measure,
  type RaceSummary,
  subtract,
  toMeasuredEntrant,
  toSentTokens,
} from '@drag-race/contracts'
import type { LanePair } from './pair-lanes.ts'

export type Difference =
  /** One of the two has no such figure, or no whole answer. */
  | { kind: 'unknown' }
  /** Closer than the two clocks can tell. `margin` is 0 for figures that are counted and equal. */
  | { kind: 'none'; margin: number }
  /** `by` is `other` minus `one`; `margin` is null when a clock was not measured. */
  | { kind: 'differs'; by: number; margin: number | null }

export interface ComparedFigure {
  figure: Measure | 'tokens'
  one: number | null
  other: number | null
  /** The figure depends on tokens that our tokenizer counted. */
  isOneEstimated: boolean
  isOtherEstimated: boolean
  difference: Difference
}

type Clocked = Pick<RaceSummary, 'marginMs' | 'clock'>

export function compareFigures(pair: LanePair, one: Clocked, other: Clocked): ComparedFigure[] {
  const timed = (['ttft', 'total', 'decode', 'cost'] as const).map((measure): ComparedFigure => {
    const a = toFigure(pair.one, measure, errorBoundMs(one))
    const b = toFigure(pair.other, measure, errorBoundMs(other))
    return {
      figure: measure,
      one: a.value,
      other: b.value,
      isOneEstimated: hasEstimate(pair.one, measure),
      isOtherEstimated: hasEstimate(pair.other, measure),
      difference: toDifference(a, b),
    }
  })
  const a = { value: pair.one?.slip.outputTokens ?? null, margin: 0 }
  const b = { value: pair.other?.slip.outputTokens ?? null, margin: 0 }
  const areWhole = pair.one?.outcome === 'done' && pair.other?.outcome === 'done'
  return timed.toSpliced(3, 0, {
    figure: 'tokens',
    one: a.value,
    other: b.value,
    isOneEstimated: hasEstimate(pair.one, 'tokens'),
    isOtherEstimated: hasEstimate(pair.other, 'tokens'),
    // The tokens of an answer that was broken off tell when that was, not how long the answer is.
    difference: areWhole ? toDifference(a, b) : { kind: 'unknown' },
  })
}

/** Does this figure depend on a count of our tokenizer? Times never do. */
function hasEstimate(lane: LanePair['one'], figure: ComparedFigure['figure']): boolean {
  if (lane === null || figure === 'ttft' || figure === 'total') return false
  return figure === 'decode' ? isSentEstimated(lane.slip) : lane.slip.isEstimated
}

interface Figure {
  value: number | null
  /** In the figure's own unit; null when the clock was not measured. */
  margin: number | null
}

/** The margin of a speed follows from that of its time, by the rule of the leaderboard. */
function toFigure(lane: LaneSummary | null, measure: Measure, marginMs: number | null): Figure {
  if (!lane) return { value: null, margin: null }
  const { slip } = lane
  const entrant = toMeasuredEntrant(
    {
      ...slip,
      sentTokens: toSentTokens(slip),
      lane: lane.lane,
      stoppedAfterMs: null,
      isDone: lane.outcome === 'done',
    },
    measure,
    marginMs,
  )
  return { value: entrant.value, margin: measure !== 'cost' && marginMs === null ? null : entrant.margin }
}

function toDifference(one: Figure, other: Figure): Difference {
  if (one.value === null || other.value === null) return { kind: 'unknown' }
  const by = subtract(other.value, one.value)
  const margin = one.margin === null || other.margin === null ? null : subtract(one.margin, -other.margin)
  if (by === 0 || (margin !== null && Math.abs(by) <= margin)) return { kind: 'none', margin: margin ?? 0 }
  return { kind: 'differs', by, margin }
}
