/**
 * Lanes out of view rest: on a wide race most panels are off to the side, and drawing them would take the time of those that
 * are watched. Their figures go on in the strip; the panel is drawn once a second, and at once when it comes into view.
 */
import type { LaneState } from '@drag-race/contracts'
import { createContext, useContext, useRef } from 'react'

/** The indexes of the lanes in view; null where all are. */
export const LanesInView = createContext<readonly number[] | null>(null)

/** On the race's own clock. */
const restMs = 1_000

/** The lane as it is to be drawn. */
export function useRestedLane(lane: LaneState): LaneState {
  const inView = useContext(LanesInView)
  const drawn = useRef(lane)
  const isWatched = inView === null || inView.includes(lane.lane)
  // Not state: what is thrown away with a render is drawn by the next.
  if (isWatched || !mayRest(drawn.current, lane)) drawn.current = lane
  return drawn.current
}

/** Is what was drawn good enough? Another race, an end or a first token is shown at once. */
export function mayRest(drawn: LaneState, lane: LaneState): boolean {
  return (
    drawn.outcome === lane.outcome &&
    drawn.startAt === lane.startAt &&
    drawn.firstMark === lane.firstMark &&
    (lane.lastMark?.at ?? 0) - (drawn.lastMark?.at ?? 0) < restMs
  )
}
