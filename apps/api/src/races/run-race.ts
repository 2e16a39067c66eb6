/**
 * One race, from its first event to `race-end`. The race exists here, viewed or not: it belongs to no viewer, and ends by its
 * lanes, by a stop, by its deadline, or with the app.
 *
 * The lanes run on their own thread; this side numbers what they say, keeps it, and has the last word: a lane that it has
 * closed (deadline passed and no answer, tape full, thread dead) stays closed, whatever still arrives.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ClockReport,
  type LaneEntry,
  type LaneRequest,
  type LaneState,
  laneStatus,
  type RaceEvent,
  type RaceRequest,
  toStandings,
} from '@drag-race/contracts'
import type { Logger } from 'pino'
import type { Clock } from '../clock/clock.ts'
import { isChanged } from '../history/database-advice.ts'
import type { RaceStore } from '../history/store.ts'
import type { LaneGateway } from '../own-gateway.ts'
import type { LaneThread } from './lane-thread.ts'
import type { Lateness } from './lanes/lateness.ts'
import { type LaneEvent, type LaneLimits, type LaneStop, laneLimits } from './lanes/messages.ts'
import { createRaceClock } from './race-clock.ts'
import { createTape, type Tape, type TapeLimits, tapeLimits } from './tape.ts'
import { createTapeWriter } from './tape-writer.ts'

export interface RaceOrder {
  id: string
  startedAt: Date
  request: RaceRequest
  lanes: LaneEntry[]
  /** What its last lane asks, when that is a sentinel. */
  sentinel: LaneRequest | null
  category: string | null
}

export interface RaceLimits {
  /** To the green light: a lane thread that starts anew takes half a second. */
  startMsMax: number
  /** From the green light. */
  raceMsMax: number
  /** After a stop or the deadline: how long the lane thread may take to close its lanes. */
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
  /** `lane` null: the race. */
  stop(lane: number | null): void
  /** The app is going down: ends the race if it runs, and settles as `kept` does, after one more attempt to write it at most. */
  interrupt(): Promise<void>
  /** Resolves some milliseconds after the lanes have left, or when the race ended before. */
  underWay: Promise<void>
  /** Resolves when `race-end` is on the tape. */
  ended: Promise<void>
  /** Resolves when all of the tape is in the database; rejects when it never will be, or the app goes down before. */
  kept: Promise<void>
  /** Why the database refused its end the last time; null while it has not. */
  readonly refusal: unknown
}

/** A disk that is full, or a database that another program holds: so often is it tried again. */
const keepRetryMs = 1_000

type EndReason = Extract<RaceEvent, { type: 'race-end' }>['reason']

export interface RaceSurroundings {
  store: RaceStore
  laneThread: LaneThread
  gateway: LaneGateway
  appClock: Pick<Clock, 'calibration' | 'readSentinel'>
  limits: RaceLimits
  log: Logger
}

/** Rejects, with nothing sent, when the race cannot be written down. */
export async function startRace(order: RaceOrder, surroundings: RaceSurroundings): Promise<RunningRace> {
  const { store, laneThread, gateway, appClock, limits } = surroundings
  const { id, request, lanes, startedAt, sentinel } = order
  // As it stands at the start: a later one says nothing about this race.
  const { calibration } = appClock
  const log = surroundings.log.child({ raceId: id })
  const tape = createTape(limits.tape)
  const clock = createRaceClock()
  tape.append({ type: 'race-start', at: 0, raceId: id, startedAt: startedAt.toISOString(), request, lanes })
  await store.insert({ ...order, marginMs: calibration?.marginMs ?? null }, tape.state, tape.lines(0, 0)[0]!)

  const writer = createTapeWriter(tape, (part) => store.appendPart(id, part), log)
  const underWay = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const kept = Promise.withResolvers<void>()
  const goingDown = new AbortController()
  let refusal: unknown = null
  let reason: EndReason = 'finished'
  let closing: NodeJS.Timeout | undefined
  let greenLightNs: bigint | null = null

  let waiting = setTimeout(() => end('interrupted', neverStarted), limits.startMsMax)

  function onGreenLight(atNs: bigint) {
    // Lanes that were told to turn back leave the start line too, and the last of them lights it.
    if (tape.state.end) return
    greenLightNs = atNs
    clock.start(atNs)
    underWay.resolve()
    clearTimeout(waiting)
    waiting = setTimeout(() => askLanesToStop(null, 'deadline', toDeadline(limits)), limits.raceMsMax)
  }

  function append(event: LaneEvent) {
    const lane = tape.state.lanes[event.lane]
    if (tape.state.end || !lane || lane.outcome) return
    tape.append(event)
    writer.touch()
    if (event.type === 'done' || event.type === 'error') callSentinelIn()
  }

  /** When all others are in, it has nothing more to watch. */
  function callSentinelIn() {
    const watching = tape.state.lanes.find((lane) => lane.sentinel && !lane.outcome)
    if (!watching || tape.state.lanes.some((lane) => !lane.sentinel && !lane.outcome)) return
    laneThread.stop(id, watching.lane, othersAreIn)
    closing ??= setTimeout(() => end(reason, notClosed), limits.closeMsMax)
  }

  function receive(events: LaneEvent[]) {
    for (const event of events) {
      if (event.type === 'token' && tape.isFull) return end('interrupted', tapeFull)
      append(event)
    }
  }

  function askLanesToStop(lane: number | null, why: EndReason, stop: LaneStop) {
    if (lane === null && reason === 'finished') reason = why
    laneThread.stop(id, lane, stop)
    if (lane === null) closing ??= setTimeout(() => end(reason, notClosed), limits.closeMsMax)
  }

  function onOver(lateness: Lateness | null) {
    const watched = tape.state.lanes.find((lane) => lane.sentinel)
    if (!watched || greenLightNs === null) return end(reasonOf(tape, reason), notClosed, lateness)
    void appClock
      .readSentinel(watched, greenLightNs)
      .then((seen) => end(reasonOf(tape, reason), notClosed, lateness, seen))
  }

  /** Lanes that are still open are closed with `fault`. Once: whatever asks later finds the race ended. */
  function end(
    why: EndReason,
    fault: { code: string; message: string },
    lateness: Lateness | null = null,
    seen: ClockReport['sentinel'] = null,
  ) {
    if (tape.state.end) return
    underWay.resolve()
    clearTimeout(waiting)
    const at = clock.at(clock.now())
    for (const { lane } of tape.state.lanes) {
      append({ type: 'error', at, lane, ...fault, status: null, retryAfterMs: null })
    }
    // The last of them calls the sentinel in, and sets it.
    clearTimeout(closing)
    laneThread.stop(id, null, { code: 'stopped', message: fault.message })
    const marginMs = calibration?.marginMs ?? lateness?.p99Ms ?? null
    const lagMs = lateness?.maxMs ?? null
    const report: ClockReport = {
      greenLightNs: greenLightNs === null ? null : String(greenLightNs),
      calibratedAt: calibration?.measuredAt ?? null,
      lagMs,
      // Without a calibration the margin is this very lateness, and there is nothing to hold the lag against.
      disturbed: calibration !== null && lagMs !== null && lagMs > calibration.marginMs,
      sentinel: seen,
    }
    const standings = toStandings(tape.state, request.finish, marginMs)
    tape.append({ type: 'race-end', at, standings, marginMs, reason: why, clock: report })
    tape.end()
    ended.resolve()
    kept.resolve(keep())
  }

  /**
   * Until it is written viewers read from this tape, be it for hours: room can be made on a full disk. What is not written
   * when the app goes down, the next start finds as interrupted.
   */
  async function keep() {
    const rest = await writer.finish()
    for (;;) {
      try {
        await store.finish(id, tape.state, rest)
        if (refusal !== null) log.info('the end of this race is written after all')
        return
      } catch (error) {
        if (goingDown.signal.aborted) throw error
        if (isChanged(error)) throw new Error(changed, { cause: error })
        if (refusal === null)
          log.error({ error }, 'the end of this race could not be written; it is tried again')
        refusal = error
        await sleep(keepRetryMs, undefined, { signal: goingDown.signal }).catch(() => {})
      }
    }
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
      onEvents: receive,
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
      return refusal
    },
    stop(lane) {
      const seconds = Math.round(clock.at(clock.now()) / 100) / 10
      const message = `Stopped by hand after ${seconds} s. What had arrived stays.`
      askLanesToStop(lane, 'stopped', { code: 'stopped', message })
    },
    interrupt() {
      goingDown.abort()
      end('interrupted', appEnded)
      return kept.promise
    },
  }
}

/** Stopping every lane, one by one, is stopping the race; a stop that came when all had ended stopped nothing. */
function reasonOf({ state }: Tape, asked: EndReason): EndReason {
  const racing = state.lanes.filter(({ sentinel }) => !sentinel)
  const wasStopped = (lane: LaneState) => laneStatus(lane) === 'stopped'
  if (asked === 'stopped') return racing.some(wasStopped) ? 'stopped' : 'finished'
  return asked === 'finished' && racing.every(wasStopped) ? 'stopped' : asked
}

function toDeadline({ raceMsMax }: RaceLimits): LaneStop {
  const minutes = raceMsMax / 60_000
  return {
    code: 'race_deadline',
    message: `The race was ended after ${minutes} minutes, its longest. What had arrived stays.`,
  }
}

const changed = 'another program changed this race in the history: what is not written yet has no place there'

const othersAreIn: LaneStop = { code: 'stopped', message: 'All other lanes are in.' }

const neverStarted = {
  code: 'not_started',
  message: 'The lanes did not get ready in time, so the race was ended. Start it again.',
}

const tapeFull = {
  code: 'tape_full',
  message: 'The race was ended because its tape is full. Use fewer lanes, or set maxTokens.',
}

const notClosed = {
  code: 'lane_lost',
  message: 'The lane did not end when it was told to. What had arrived stays.',
}

const threadLost = {
  code: 'lane_thread_lost',
  message: "The lanes' thread died, so the race was ended. What had arrived stays; start the race again.",
}

const appEnded = {
  code: 'interrupted',
  message: 'The app was ended while this lane ran. What had arrived stays.',
}
