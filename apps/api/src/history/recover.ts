/**
 * What the app does about races that were running when it last died: it writes their end onto the tape, so that every
 * fold agrees that they were interrupted, and keeps what had arrived.
 */
import { emptyRace, type RaceEvent, type RaceState, reduceRace, toStandings } from '@drag-race/contracts'
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Schema } from './schema.ts'
import { createRaceStore } from './store.ts'
import { readEvents } from './tape-parts.ts'

export async function recoverRaces(db: Kysely<Schema>, log: Logger): Promise<void> {
  const store = createRaceStore(db)
  for (const id of await store.running()) {
    try {
      const { state, added } = interrupt(await foldTape(db, id))
      const part = {
        fromSeq: added[0]?.seq ?? 0,
        toSeq: state.seq,
        lines: added.map((event) => JSON.stringify(event)).join('\n'),
      }
      await store.finish(id, state, added.length > 0 ? part : null)
      log.warn({ raceId: id }, 'this race was running when the app ended: marked as interrupted')
    } catch (error) {
      // One broken tape keeps nobody from racing.
      log.error(
        { raceId: id, error },
        'this race was running when the app ended, and its tape cannot be read',
      )
    }
  }
}

async function foldTape(db: Kysely<Schema>, id: string): Promise<RaceState> {
  let state = emptyRace
  for await (const event of readEvents(db, id)) state = reduceRace(state, event)
  return state
}

/** Closes every open lane and the race, at the time of the last event: when it really stopped nobody knows. */
function interrupt(folded: RaceState): { state: RaceState; added: RaceEvent[] } {
  let state = folded
  const added: RaceEvent[] = []
  const append = (event: RaceEvent) => {
    added.push(event)
    state = reduceRace(state, event)
  }
  if (folded.end || !folded.request) return { state, added }
  const { at } = folded
  for (const { lane, outcome } of folded.lanes) {
    if (!outcome) append({ type: 'error', seq: state.seq + 1, at, lane, ...interrupted })
  }
  const standings = toStandings(state, folded.request.finish, null)
  append({ type: 'race-end', seq: state.seq + 1, at, standings, marginMs: null, reason: 'interrupted' })
  return { state, added }
}

const interrupted = {
  code: 'interrupted',
  message: 'The app ended while this lane ran. What had arrived stays.',
  status: null,
  retryAfterMs: null,
}
