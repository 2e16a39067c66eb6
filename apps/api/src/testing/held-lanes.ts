/** A lane thread that does nothing by itself: the test decides what the lanes send, and when. */
import type { LanesListener, LaneThread } from '../races/lane-thread.ts'

export function heldLanes() {
  const ordered = Promise.withResolvers<LanesListener>()
  const laneThread: LaneThread = {
    isRealTime: false,
    run: (_order, listener) => ordered.resolve(listener),
    stop() {},
    async close() {},
  }
  return { ordered, laneThread }
}
