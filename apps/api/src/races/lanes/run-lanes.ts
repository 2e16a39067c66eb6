/**
 * All lanes of one race, from one green light to the end of the last. A lane's error never stops another lane.
 *
 * Each lane has an AbortController, which also ends the socket of its request.
 */
import { createRaceClock } from '../race-clock.ts'
import type { Desk } from './desk.ts'
import { createLatenessMeter, type Lateness } from './lateness.ts'
import type { LaneEvent, LaneStop, LanesOrder } from './messages.ts'
import { runLane } from './run-lane.ts'
import { createStartLine } from './start-line.ts'

export interface RunningLanes {
  /** `lane` null stops all that still run. A lane that has ended stays as it is. */
  stop(lane: number | null, stop: LaneStop): void
  /** The race's clock at this moment of `process.hrtime`. */
  at(stampNs: bigint): number
  /** Resolves when all lanes have ended, to the thread's lateness; to null when there was no sample of it. */
  over: Promise<Lateness | null>
}

export interface LanesSurroundings {
  desk: Desk
  /** In [0, 1): draws the order in which the lanes leave. */
  random(): number
  onGreenLight(atNs: bigint): void
  emit(event: LaneEvent): void
}

export function runLanes(
  order: LanesOrder,
  { desk, random, onGreenLight, emit }: LanesSurroundings,
): RunningLanes {
  const clock = createRaceClock()
  const lateness = createLatenessMeter()
  const controllers = order.lanes.map(() => new AbortController())
  const startLine = createStartLine(order.lanes.length, random, () => {
    onGreenLight(clock.start())
    lateness.start()
  })
  const lanes = order.lanes.map((entry, index) =>
    runLane(entry, {
      order,
      clock,
      desk,
      emit,
      place: startLine.join(),
      aborting: controllers[index]!,
    }),
  )
  return {
    at: clock.at,
    stop(lane, stop) {
      for (const [index, controller] of controllers.entries()) {
        if (lane === null || order.lanes[index]!.lane === lane) controller.abort(stop)
      }
    },
    over: Promise.all(lanes).then(() => lateness.stop()),
  }
}
