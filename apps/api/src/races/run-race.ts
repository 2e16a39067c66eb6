/**
 * One race, from its first event to `race-end`. It runs whether it is viewed or not, and ends with its lanes, by a
 * stop, by its deadline, or with the app.
 *
 * The lanes run on their own thread. This side numbers their events and keeps them, and its decision is final: a lane
 * that it has closed (deadline passed and no answer, tape full, thread dead) stays closed, whatever still arrives.
 */
import {
  type Calibration,
  type ClockReport,
  errorBoundMs,
  type LaneEntry,
  type LaneRequest,
  type RaceRequest,
  toStandings,
} from '@drag-race/contracts'
import type { Logger } from 'pino'
import type { Clock } from '../clock/clock.ts'
import type { RaceStore } from '../history/store.ts'
import type { LaneGateway } from '../own-gateway.ts'
import { createRaceKeeper } from './keep-race.ts'
import type { LaneThread } from './lane-thread.ts'
import type { Lateness } from './lanes/lateness.ts'
import { type LaneLimits, type LaneStop, laneLimits } from './lanes/messages.ts'
import { createRaceClock } from './race-clock.ts'
import { type CloseFault, createRaceLanes, type EndReason, notClosed } from './race-lanes.ts'
import { createTape, type Tape, type TapeLimits, tapeLimits } from './tape.ts'
import { createTapeWriter } from './tape-writer.ts'

export interface RaceOrder {
  id: string
  startedAt: Date
  request: RaceRequest
  lanes: LaneEntry[]
  /** The request of the last lane, when that is a sentinel. */
  sentinel: LaneRequest | null
  category: string | null
}

export interface RaceLimits {
  /** To the green light. A lane thread that must be started takes half a second. */
  startMsMax: number
  /** From the green light. */
  raceMsMax: number
  /** After a stop or the deadline: how long the lane thread can take to close its lanes. */
  closeMsMax: number
  lane: LaneLimits
  tape: TapeLimits
}

export const raceLimits: RaceLimits = {
  startMsMax: 30_000,
  raceMsMax: 600_000,
  closeMsMax: 5_000,
  lane: laneLimits,
  tape: tapeLimits,
}

export interface RunningRace {
  id: string
  tape: Tape
  /** Milliseconds since the green light, as `at` on the tape; 0 before it. */
  nowMs(): number
  /** `lane` null stops the race. */
  stop(lane: number | null): void
  /**
   * To be called when the app stops: ends the race if it runs, and settles as `kept` does, after at most one more
   * attempt to write it.
   */
  interrupt(): Promise<void>
  /** Resolves some milliseconds after the lanes have left, or when the race ended before. */
  underWay: Promise<void>
  /** Resolves when `race-end` is on the tape. */
  ended: Promise<void>
  /** Resolves when all of the tape is in the database; rejects when it never will be, or the app stops before. */
  kept: Promise<void>
  /** The database's last error at writing the end; null while there was none. */
  readonly refusal: unknown
}

export interface RaceSurroundings {
  store: RaceStore
  laneThread: LaneThread
  gateway: LaneGateway
  appClock: Pick<Clock, 'calibration' | 'readSentinel'>
  limits: RaceLimits
  log: Logger
}

/** Rejects, before any request is sent, when the race cannot be written to the database. */
export async function startRace(order: RaceOrder, surroundings: RaceSurroundings): Promise<RunningRace> {
  const { store, laneThread, gateway, appClock, limits } = surroundings
  const { id, request, lanes, startedAt, sentinel } = order
  // The calibration at the start: a later one says nothing about this race.
  const { calibration } = appClock
  const log = surroundings.log.child({ raceId: id })
  const tape = createTape(limits.tape)
  const clock = createRaceClock()
  tape.append({ type: 'race-start', at: 0, raceId: id, startedAt: startedAt.toISOString(), request, lanes })
  await store.insert({ ...order, marginMs: calibration?.marginMs ?? null }, tape.state, tape.lines(0, 0)[0]!)

  const writer = createTapeWriter(tape, (part) => store.appendPart(id, part), log)
  const keeper = createRaceKeeper({ id, tape, writer, store, log })
  const raceLanes = createRaceLanes({
    id,
    tape,
    writer,
    laneThread,
    closeMsMax: limits.closeMsMax,
    onFailed: (why, fault) => end(why, fault),
  })
  const underWay = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const kept = Promise.withResolvers<void>()
  let greenLightNs: bigint | null = null

  let waiting = setTimeout(() => end('interrupted', neverStarted), limits.startMsMax)

  function onGreenLight(atNs: bigint) {
    // The light comes also when all lanes were stopped at the start line, and the race has ended by then.
    if (tape.state.end) return
    greenLightNs = atNs
    clock.start(atNs)
    underWay.resolve()
    clearTimeout(waiting)
    waiting = setTimeout(() => raceLanes.askToStop(null, 'deadline', toDeadline(limits)), limits.raceMsMax)
  }

  function onOver(lateness: Lateness | null) {
    const watched = tape.state.lanes.find((lane) => lane.sentinel)
    if (!watched || greenLightNs === null) return end(raceLanes.reason, notClosed, lateness)
    void appClock
      .readSentinel(watched, greenLightNs)
      .then((seen) => end(raceLanes.reason, notClosed, lateness, seen))
  }

  /** Closes lanes that are still open with `fault`. Only the first call has an effect. */
  function end(
    why: EndReason,
    fault: CloseFault,
    lateness: Lateness | null = null,
    seen: ClockReport['sentinel'] = null,
  ) {
    if (tape.state.end) return
    underWay.resolve()
    clearTimeout(waiting)
    const at = clock.at(clock.now())
    raceLanes.close(at, fault)
    const marginMs = calibration?.marginMs ?? lateness?.p99Ms ?? null
    const report = toClockReport(calibration, greenLightNs, lateness, seen)
    const errorMs = errorBoundMs({ marginMs, clock: report })
    const standings = toStandings(tape.state, request.finish, errorMs)
    tape.append({ type: 'race-end', at, standings, marginMs, reason: why, clock: report })
    tape.end()
    ended.resolve()
    kept.resolve(keeper.keep())
  }

  laneThread.run(
    {
      raceId: id,
      request: sentinel ? { ...request, lanes: [...request.lanes, sentinel] } : request,
      lanes,
      gateway,
      limits: limits.lane,
    },
    {
      onGreenLight,
      onEvents: raceLanes.receive,
      onOver,
      onLost: () => end('interrupted', threadLost),
    },
  )

  return {
    id,
    tape,
    underWay: underWay.promise,
    nowMs: () => clock.at(clock.now()),
    ended: ended.promise,
    kept: kept.promise,
    get refusal() {
      return keeper.refusal
    },
    stop(lane) {
      const seconds = Math.round(clock.at(clock.now()) / 100) / 10
      const message = `Stopped by hand after ${seconds} s. What had arrived stays.`
      raceLanes.askToStop(lane, 'stopped', { code: 'stopped', message })
    },
    interrupt() {
      keeper.giveUp()
      end('interrupted', appEnded)
      return kept.promise
    },
  }
}

function toClockReport(
  calibration: Calibration | null,
  greenLightNs: bigint | null,
  lateness: Lateness | null,
  sentinel: ClockReport['sentinel'],
): ClockReport {
  const lagMs = lateness?.maxMs ?? null
  return {
    greenLightNs: greenLightNs === null ? null : String(greenLightNs),
    calibratedAt: calibration?.measuredAt ?? null,
    lagMs,
    // Without a calibration the margin is this very lateness, and there is nothing to compare the lag with.
    disturbed: calibration !== null && lagMs !== null && lagMs > calibration.marginMs,
    sentinel,
  }
}

function toDeadline({ raceMsMax }: RaceLimits): LaneStop {
  const minutes = raceMsMax / 60_000
  return {
    code: 'race_deadline',
    message: `The race was ended after ${minutes} minutes, its longest. What had arrived stays.`,
  }
}

const neverStarted = {
  code: 'not_started',
  message: 'The lanes did not get ready in time, so the race was ended. Start it again.',
}

const threadLost = {
  code: 'lane_thread_lost',
  message: "The lanes' thread died, so the race was ended. What had arrived stays; start the race again.",
}

const appEnded = {
  code: 'interrupted',
  message: 'The app was ended while this lane ran. What had arrived stays.',
}
