/**
 * The races that run now: starts them, finds them, ends them with the app. Before and after each race it reads the
 * gateway's own counters, so that the gateway's counts can be shown beside what the race measured.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type GatewayRow, lanesMax, type RaceRequest } from '@drag-race/contracts'
import { ApiFault } from '../api-fault.ts'
import type { AppContext } from '../app-context.ts'
import type { Clock } from '../clock/clock.ts'
import { toSentinel } from '../clock/simulated-models.ts'
import { toDatabaseAdvice } from '../history/database-advice.ts'
import { createRaceStore } from '../history/store.ts'
import { type Catalog, toLaneEntries } from '../models/index.ts'
import { toLaneGateway } from '../own-gateway.ts'
import { askLibrary } from '../prompts/index.ts'
import type { Telemetry } from '../telemetry/index.ts'
import type { LaneThread } from './lane-thread.ts'
import { openAhead } from './open-ahead.ts'
import { type RaceLimits, type RunningRace, raceLimits, startRace } from './run-race.ts'

export interface Races {
  /** Throws an ApiFault, with nothing sent, when the race cannot be run. */
  start(request: RaceRequest): Promise<RunningRace>
  /** null when the race neither runs nor waits to be written. */
  find(id: string): RunningRace | null
  readonly running: number
  /** Races that have ended, and whose end the database refused. */
  readonly unwritten: number
  /** Why, in a sentence, with what to do; null when everything is written. */
  readonly unwrittenReason: string | null
  /** A race runs, or is about to. */
  readonly isRacing: boolean
  /** The margin of the race that ended last; null before the first. */
  readonly marginMs: number | null
  /** Ends the running races as interrupted, and waits until they are written. */
  close(): Promise<void>
}

export interface RacesOptions {
  catalog: Catalog
  telemetry: Telemetry
  laneThread: LaneThread
  clock: Clock
  limits?: RaceLimits
}

const racesMax = 8
/** The gateway's counters are read before the green light, but a race waits no longer than this for them. */
const countersMsMax = 300

export function createRaces(context: AppContext, options: RacesOptions): Races {
  const { catalog, telemetry, laneThread, clock, limits = raceLimits } = options
  const store = createRaceStore(context.db)
  /** Races that run, and races that have ended and are not in the database yet. */
  const open = new Map<string, RunningRace>()
  const afterwards = new Set<Promise<void>>()
  let starting = 0
  let marginMs: number | null = null
  let isClosing = false

  const racing = () => [...open.values()].filter(({ tape }) => !tape.state.end).length
  const unwritten = () => [...open.values()].filter(({ refusal }) => refusal !== null)
  const unwrittenReason = () => {
    const [first] = unwritten()
    return first
      ? (toDatabaseAdvice(first.refusal) ?? 'The app failed to write them: its log says why.')
      : null
  }

  async function start(asked: RaceRequest): Promise<RunningRace> {
    const { request, category } = await askLibrary(context.db, asked)
    const reading = await catalog.read()
    const lanes = toLaneEntries(request, reading)
    const sentinel = request.sentinel ? toSentinel(lanes.length, lanesMax, reading.models) : null
    if (sentinel) lanes.push(sentinel.entry)
    await clock.makeWay()
    const id = randomUUID()
    const ahead = request.coldStart
      ? null
      : openAhead(
          context,
          lanes.map(({ model }) => model),
        )
    const before = telemetry.snapshot(id).catch(() => null)
    await Promise.race([before, sleep(countersMsMax)])
    await ahead
    const gateway = await toLaneGateway(context)
    if (isClosing) throw closing
    const order = {
      id,
      startedAt: context.now(),
      request,
      lanes,
      sentinel: sentinel?.request ?? null,
      category,
    }
    const { log } = context
    const race = await startRace(order, { store, laneThread, gateway, appClock: clock, limits, log })
    open.set(id, race)
    keepBusy(follow(race, before))
    return race
  }

  async function follow(race: RunningRace, before: ReturnType<Telemetry['snapshot']>) {
    await race.ended
    marginMs = race.tape.state.end?.marginMs ?? marginMs
    const counting = countAdded(race, before)
    try {
      await race.kept
    } catch (error) {
      return context.log.error({ error, raceId: race.id }, 'the end of this race was not written')
    } finally {
      open.delete(race.id)
    }
    const added = await counting
    if (added) await store.setGatewayAdded(race.id, added)
  }

  /** A gateway counts a call when it has finished it, which can be after the caller has. */
  async function countAdded(race: RunningRace, reading: ReturnType<Telemetry['snapshot']>) {
    const before = await reading
    if (!before) return null
    const calls = race.tape.state.lanes.filter(({ startAt }) => startAt !== null).length
    let added: GatewayRow[] | null = null
    for (let attempt = 0; attempt < 5 && !isClosing; attempt++) {
      if (attempt > 0) await sleep(100)
      const after = await telemetry.snapshot().catch(() => null)
      if (!after) break
      added = telemetry.added(before, after)
      if (added.reduce((sum, { requests }) => sum + requests, 0) >= calls) break
    }
    return added
  }

  function keepBusy(work: Promise<void>) {
    const kept = work
      .catch((error) => context.log.error({ error }, 'after a race'))
      .finally(() => afterwards.delete(kept))
    afterwards.add(kept)
  }

  return {
    async start(request) {
      if (isClosing) throw closing
      if (open.size + starting >= racesMax) throw toNoRoom(unwrittenReason())
      starting++
      try {
        return await start(request)
      } finally {
        starting--
      }
    },
    find: (id) => open.get(id) ?? null,
    get running() {
      return racing()
    },
    get unwritten() {
      return unwritten().length
    },
    get unwrittenReason() {
      return unwrittenReason()
    },
    get isRacing() {
      return racing() + starting > 0
    },
    get marginMs() {
      return marginMs
    },
    async close() {
      isClosing = true
      await Promise.allSettled([...open.values()].map((race) => race.interrupt()))
      await Promise.allSettled(afterwards)
      await laneThread.close()
    },
  }
}

function toNoRoom(reason: string | null): ApiFault {
  if (reason === null) return tooMany
  const waiting = `Races that have ended wait to be written, and no other race starts before that. ${reason}`
  return new ApiFault(503, 'database_unavailable', waiting)
}

const tooMany = new ApiFault(
  429,
  'too_many_races',
  `${racesMax} races run already. Wait until one has ended, or stop one.`,
  { retryAfterSeconds: 5 },
)

const closing = new ApiFault(503, 'closing', 'The app is shutting down. Start it again, then race.')
