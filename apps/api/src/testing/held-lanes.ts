/** A lane thread that does nothing of its own: what the lanes say, and when, is up to the test. */
import type { LanesListener, LaneThread } from '../races/lane-thread.ts'

export function heldLanes() {
  const ordered = Promise.withResolvers<LanesListener>()
  const laneThread: LaneThread = {
    run: (_order, listener) => ordered.resolve(listener),
    stop() {},
    async close() {},
  }
  return { ordered, laneThread }
}
