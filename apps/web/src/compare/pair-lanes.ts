/** Which lanes of two races belong together. */
import type { LaneSummary } from '@drag-race/contracts'

export interface LanePair {
  /** null: that race has no matching lane. */
  one: LaneSummary | null
  other: LaneSummary | null
}

/**
 * By model and streaming first, so that no lane takes the match of a lane behind it; the rest by model. Each lane is in
 * one pair; lanes of `other` without a match come last.
 */
export function pairLanes(one: readonly LaneSummary[], other: readonly LaneSummary[]): LanePair[] {
  const free = new Set(other.toSorted(byLane))
  const pairs = one.toSorted(byLane).map((lane): LanePair => ({ one: lane, other: null }))
  for (const isAlike of [isSameModelAndStream, isSameModel]) {
    for (const pair of pairs) {
      pair.other ??= [...free].find((lane) => isAlike(lane, pair.one!)) ?? null
      if (pair.other) free.delete(pair.other)
    }
  }
  return [...pairs, ...[...free].map((lane) => ({ one: null, other: lane }))]
}

function isSameModelAndStream(a: LaneSummary, b: LaneSummary): boolean {
  return isSameModel(a, b) && a.stream === b.stream
}

function isSameModel(a: LaneSummary, b: LaneSummary): boolean {
  return a.model === b.model
}

function byLane(a: LaneSummary, b: LaneSummary): number {
  return a.lane - b.lane
}
