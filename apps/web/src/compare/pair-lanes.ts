/** Which lanes of two races belong together. */
import type { LaneSummary } from '@drag-race/contracts'

export interface LanePair {
  /** null: no lane of that race fits. */
  one: LaneSummary | null
  other: LaneSummary | null
}

/** By model, streaming like streaming where there is a choice; each lane once, what is left over at the end. */
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
