/** Which lanes of two races belong together. */
import type { LaneSummary } from '@drag-race/contracts'

export interface LanePair {
  /** null: that race has no matching lane. */
  one: LaneSummary | null
  other: LaneSummary | null
}

/**
 * By model, and by streaming where there is a choice. Each lane is in one pair; lanes of `other` without a match come
 * last.
 */
export function pairLanes(one: readonly LaneSummary[], other: readonly LaneSummary[]): LanePair[] {
  const free = new Set(other.toSorted(byLane))
  const pairs = one.toSorted(byLane).map((lane): LanePair => {
    const same = [...free].filter(({ model }) => model === lane.model)
    const match = same.find(({ stream }) => stream === lane.stream) ?? same[0] ?? null
    if (match) free.delete(match)
    return { one: lane, other: match }
  })
  return [...pairs, ...[...free].map((lane) => ({ one: null, other: lane }))]
}

function byLane(a: LaneSummary, b: LaneSummary): number {
  return a.lane - b.lane
}
