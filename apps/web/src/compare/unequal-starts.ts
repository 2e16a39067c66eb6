/** Whether the times of two races hold the same work before the first token. */
import type { LaneStartKind, RaceSummary } from '@drag-race/contracts'

type Started = Pick<RaceSummary, 'lanes' | 'coldStart'>

/**
 * How the lanes of each race left, where the two races differ: the times of one then include work that those of the
 * other do not. null where they are alike.
 */
export function toUnequalStarts(
  one: Started,
  other: Started,
): [one: LaneStartKind[], other: LaneStartKind[]] | null {
  const [a, b] = [toStartKinds(one), toStartKinds(other)]
  return a.length === 0 || b.length === 0 || a.join() === b.join() ? null : [a, b]
}

const startKinds: readonly LaneStartKind[] = ['cold', 'warm', 'prepared']

function toStartKinds({ lanes, coldStart }: Started): LaneStartKind[] {
  // Slips that were kept before `start` was recorded are of lanes that no gateway had prepared.
  const before = coldStart ? 'cold' : 'warm'
  return startKinds.filter((kind) =>
    lanes.some(({ sentinel, slip: { start = before } }) => !sentinel && start === kind),
  )
}
