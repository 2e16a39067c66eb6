/**
 * `POST /api/race`, whose Location names the race; a race's events, and its stop. A response is a subscription: closing
 * it ends nothing but itself.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  RaceRequest,
  type RaceStatus,
  raceClockHeader,
  StopRequest,
  tapeLinesType,
} from '@drag-race/contracts'
import express from 'express'
import * as z from 'zod/mini'
import { ApiFault, invalidRequest, parseOrFault } from '../api-fault.ts'
import type { AppContext } from '../app-context.ts'
import { noSuchRace } from '../history/race-faults.ts'
import { createRaceStore } from '../history/store.ts'
import { lastSeq, readTape, readTapeBytes } from '../history/tape-parts.ts'
import type { Races } from './races.ts'
import type { RunningRace } from './run-race.ts'
import { drainMsMax, sendPieces, sendTape } from './send-tape.ts'

export interface ViewerLimits {
  viewersMax: number
  drainMsMax: number
  /** After so long without an event the viewer gets a comment. */
  idleMs: number
  /** A race whose lanes have not left by then (a connection is slow to open) is shown all the same. */
  startMsMax: number
}

export const viewerLimits: ViewerLimits = { viewersMax: 200, drainMsMax, idleMs: 15_000, startMsMax: 250 }

export function createRaceRoutes(
  { db }: AppContext,
  races: Races,
  limits: ViewerLimits = viewerLimits,
): express.Router {
  const store = createRaceStore(db)
  const router = express.Router()
  let viewers = 0

  router.post('/race', async (request, response) => {
    const order = parseOrFault(RaceRequest, request.body)
    if (viewers >= limits.viewersMax) throw tooManyViewers
    const race = await races.start(order)
    // A page that is drawn now would take the cores in the very milliseconds in which the requests leave.
    await Promise.race([race.underWay, sleep(limits.startMsMax, undefined, { ref: false })])
    response.location(`/api/races/${race.id}`)
    await watch(response, (signal) => followTape(race, -1, signal))
  })

  router.get('/races/:id/events', async (request, response) => {
    const { id } = request.params
    const after = readAfter(request)
    if (viewers >= limits.viewersMax) throw tooManyViewers
    const race = races.find(id)
    const last = race ? race.tape.length - 1 : await lastSeq(db, id)
    if (last === -1) throw noSuchRace
    if (after > last) throw beyondTape(after, last, race ? statusNow(race) : await store.statusOf(id))
    if (after === last && (race === null || race.tape.state.end)) return nothingMore(response)
    if (!race && request.accepts(['text/event-stream', tapeLinesType]) === tapeLinesType) {
      response.type(tapeLinesType)
      return asViewer(() => sendPieces(response, readTapeBytes(db, id, after, last), limits.drainMsMax))
    }
    if (race && !race.tape.state.end) response.set(raceClockHeader, String(race.nowMs()))
    await watch(response, (signal) =>
      race ? followTape(race, after, signal) : readTape(db, id, after, last),
    )
  })

  router.post('/races/:id/stop', async (request, response) => {
    const { id } = request.params
    // A lane that stands in the address would stop the whole race.
    parseOrFault(z.strictObject({}), request.query)
    const { lane = null } = parseOrFault(StopRequest, request.body ?? {})
    const race = races.find(id)
    if (!race) throw (await store.statusOf(id)) === null ? noSuchRace : hasEnded('This race')
    const { lanes, end } = race.tape.state
    if (end) throw hasEnded('This race')
    if (lane !== null && lane >= lanes.length) {
      throw invalidRequest([{ path: 'lane', message: `This race has lanes 0 to ${lanes.length - 1}.` }])
    }
    if (lane !== null && lanes[lane]?.outcome) throw hasEnded(`Lane ${lane}`)
    race.stop(lane)
    response.status(204).end()
  })

  async function watch(
    response: express.Response,
    pages: (signal: AbortSignal) => Parameters<typeof sendTape>[1],
  ) {
    const leaving = new AbortController()
    response.once('close', () => leaving.abort())
    await asViewer(() => sendTape(response, pages(leaving.signal), limits.drainMsMax))
  }

  async function asViewer(send: () => Promise<void>) {
    viewers++
    try {
      await send()
    } finally {
      viewers--
    }
  }

  const followTape = (race: RunningRace, after: number, signal: AbortSignal) =>
    race.tape.follow(after, { signal, idleMs: limits.idleMs })

  return router
}

const EventsQuery = z.strictObject({ after: z.optional(z.string()) })

/** -1 reads from the start. */
const After = z.coerce.number().check(z.int(), z.gte(-1))

/** A browser that reconnects repeats the URL and adds the header, so the header is the newer of the two. */
function readAfter(request: express.Request): number {
  const query = parseOrFault(EventsQuery, request.query)
  const header = request.get('last-event-id')
  const text = header ?? query.after
  if (text === undefined) return -1
  const after = text.trim() === '' ? null : After.safeParse(text)
  if (after?.success) return after.data
  const path = header === undefined ? 'after' : 'Last-Event-ID'
  throw invalidRequest([{ path, message: 'Give the number of the last event that you have: 0, 1, 2, …' }])
}

/** By the standard an EventSource reconnects after every end of a stream, but not after a 204. */
function nothingMore(response: express.Response) {
  response.status(204).end()
}

const tooManyViewers = new ApiFault(
  429,
  'too_many_viewers',
  'Too many viewers follow races at this moment. Close a tab, or come back in a little while.',
  { retryAfterSeconds: 5 },
)

function hasEnded(what: string): ApiFault {
  return new ApiFault(409, 'already_ended', `${what} has ended already: there is nothing to stop.`)
}

function statusNow({ tape }: RunningRace): RaceStatus {
  return tape.state.end?.reason ?? 'running'
}

function beyondTape(after: number, last: number, status: RaceStatus | null): ApiFault {
  return new ApiFault(409, 'beyond_tape', `Event ${after} ${toBeyondText(last, status)}`)
}

function toBeyondText(last: number, status: RaceStatus | null): string {
  switch (status) {
    case 'running':
      return `has not happened yet: the tape goes to ${last} so far. Give the number of the last event that you have.`
    case 'interrupted':
      // A viewer can have seen events of the last moments before the app was killed, which were not written.
      return `is not on this tape, which goes to ${last}: the app was ended in between. Read the tape from its start.`
    default:
      return `is not on this tape, which goes to ${last}. Read the tape from its start.`
  }
}
