/**
 * The lanes of a running race on the main thread's side: their events go onto the tape, in order, and stops go to the
 * lane thread. Which lane has ended is decided here: one that has an end on the tape keeps it.
 */
import type { EventOf, LaneState } from '@drag-race/contracts'
import type { LaneThread } from './lane-thread.ts'
import type { LaneEvent, LaneStop } from './lanes/messages.ts'
import type { Tape } from './tape.ts'
import type { TapeWriter } from './tape-writer.ts'

export type EndReason = EventOf<'race-end'>['reason']

/** The error of a lane that the race closes. */
export interface CloseFault {
  code: string
  message: string
}

export interface RaceLanes {
  receive(events: readonly LaneEvent[]): void
  /** `lane` null stops all lanes, and so the race, for the reason `why`. */
  askToStop(lane: number | null, why: EndReason, stop: LaneStop): void
  /** Closes the lanes that are still open with `fault`, and stops them on their thread. */
  close(at: number, fault: CloseFault): void
  /** Why the race ends, once all lanes have. */
  readonly reason: EndReason
}

export interface RaceLanesOptions {
  id: string
  tape: Tape
  writer: TapeWriter
  laneThread: LaneThread
  /** How long lanes that were told to stop can take before the race ends without them. */
  closeMsMax: number
  /** The tape is full, or lanes did not stop when told: the race has to end without them. */
  onFailed(why: EndReason, fault: CloseFault): void
}

export function createRaceLanes(options: RaceLanesOptions): RaceLanes {
  const { id, tape, writer, laneThread, closeMsMax, onFailed } = options
  let asked: { why: EndReason; code: LaneStop['code'] } | null = null
  let closing: NodeJS.Timeout | undefined

  function append(event: LaneEvent) {
    const lane = tape.state.lanes[event.lane]
    if (tape.state.end || !lane || lane.outcome) return
    tape.append(event)
    writer.touch()
    if (event.type === 'done' || event.type === 'error') callSentinelIn()
  }

  /** Stops the sentinel when all other lanes have ended. */
  function callSentinelIn() {
    const watching = tape.state.lanes.find((lane) => lane.sentinel && !lane.outcome)
    if (!watching || tape.state.lanes.some((lane) => !lane.sentinel && !lane.outcome)) return
    laneThread.stop(id, watching.lane, othersAreIn)
    expectEnd()
  }

  function expectEnd() {
    closing ??= setTimeout(() => onFailed(asked?.why ?? 'finished', notClosed), closeMsMax)
  }

  return {
    receive(events) {
      for (const event of events) {
        if (event.type === 'token' && tape.isFull) return onFailed('interrupted', tapeFull)
        append(event)
      }
    },
    askToStop(lane, why, stop) {
      if (lane === null) asked ??= { why, code: stop.code }
      laneThread.stop(id, lane, stop)
      if (lane === null) expectEnd()
    },
    close(at, fault) {
      for (const { lane } of tape.state.lanes) {
        append({ type: 'error', at, lane, ...fault, status: null, retryAfterMs: null })
      }
      // After the loop, because the end of the last lane stops the sentinel, which sets this timer.
      clearTimeout(closing)
      laneThread.stop(id, null, { code: 'stopped', message: fault.message })
    },
    get reason() {
      const racing = tape.state.lanes.filter(({ sentinel }) => !sentinel)
      const endedWith = (code: LaneStop['code']) => (lane: LaneState) => errorCode(lane) === code
      // A stop or a deadline that came when all had ended ended nothing.
      if (asked && racing.some(endedWith(asked.code))) return asked.why
      // To stop every lane, one by one, is to stop the race.
      return racing.every(endedWith('stopped')) ? 'stopped' : 'finished'
    },
  }
}

function errorCode({ outcome }: LaneState): string | null {
  return outcome?.event.type === 'error' ? outcome.event.code : null
}

const othersAreIn: LaneStop = { code: 'stopped', message: 'All other lanes have ended.' }

const tapeFull: CloseFault = {
  code: 'tape_full',
  message: 'The race was ended because its tape is full. Use fewer lanes, or set maxTokens.',
}

/** For a lane that has not ended although it should have. */
export const notClosed: CloseFault = {
  code: 'lane_lost',
  message: 'The lane did not end when it was told to. What had arrived stays.',
}
