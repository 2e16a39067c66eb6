/** Races in the database: written while they run, and read back. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type GatewayRow,
  type LaneEntry,
  type RaceDetail,
  type RaceImport,
  type RacePage,
  type RaceQuery,
  type RaceRequest,
  type RaceState,
  type RaceStatus,
  raceVerdict,
  toPromptText,
  type Verdict,
} from '@drag-race/contracts'
import type { Kysely } from 'kysely'
import type { FindLive } from './find-live.ts'
import { laneSummaryColumns, toLaneRows, toLaneSummary } from './lane-rows.ts'
import { listRaces } from './list-races.ts'
import { toRaceDetail } from './race-rows.ts'
import type { Schema } from './schema.ts'
import { insertPart, type TapePart } from './tape-parts.ts'

/** A race before its first lane has left. */
export interface NewRace {
  id: string
  startedAt: Date
  request: RaceRequest
  lanes: LaneEntry[]
  category: string | null
  /** The clock's error as it is known at the start; null when it was not measured. */
  marginMs: number | null
  /** Absent for a race that was run here. */
  imported?: RaceImport
}

export interface RaceStore {
  /** Writes the race, its lanes and the first event of its tape, all or nothing. */
  insert(race: NewRace, state: RaceState, firstLine: string): Promise<void>
  appendPart(id: string, part: TapePart): Promise<void>
  /** Writes the rest of the tape and the figures of its fold, `state`, which has ended. */
  finish(id: string, state: RaceState, rest: TapePart | null): Promise<void>
  /** Marks a race whose tape cannot be read as interrupted, and leaves its other columns as they are. */
  abandon(id: string): Promise<void>
  /** Writes a race that has ended already, all of it or nothing. */
  insertWhole(race: NewRace, state: RaceState, parts: readonly TapePart[]): Promise<void>
  setGatewayAdded(id: string, added: GatewayRow[]): Promise<void>
  /** What has been found by then when `isWanted` becomes false. */
  list(query: RaceQuery, live: FindLive, isWanted?: () => boolean): Promise<RacePage>
  /** null when there is no such race. */
  find(id: string, live: RaceState | null): Promise<RaceDetail | null>
  statusOf(id: string): Promise<RaceStatus | null>
  running(): Promise<{ id: string; marginMs: number | null }[]>
  delete(id: string): Promise<void>
}

export function createRaceStore(db: Kysely<Schema>): RaceStore {
  return {
    insert: (race, state, firstLine) =>
      db.transaction().execute(async (transaction) => {
        await transaction.insertInto('races').values(toRaceRow(race)).execute()
        await transaction.insertInto('lanes').values(toLaneRows(race.id, state)).execute()
        await insertPart(transaction, race.id, { fromSeq: 0, toSeq: 0, lines: firstLine })
      }),
    appendPart: (id, part) => insertPart(db, id, part),
    finish: (id, state, rest) =>
      db.transaction().execute(async (transaction) => {
        if (rest) await insertPart(transaction, id, rest)
        await transaction.updateTable('races').set(toEnd(state)).where('id', '=', id).execute()
        for (const { race_id, lane, ...row } of toLaneRows(id, state)) {
          await transaction
            .updateTable('lanes')
            .set(row)
            .where('race_id', '=', race_id)
            .where('lane', '=', lane)
            .execute()
        }
      }),
    abandon: (id) =>
      db.transaction().execute(async (transaction) => {
        const verdict: Verdict = { kind: 'no-contest', why: 'interrupted' }
        const ended = { status: 'interrupted' as const, verdict_json: JSON.stringify(verdict) }
        await transaction.updateTable('races').set(ended).where('id', '=', id).execute()
        await transaction
          .updateTable('lanes')
          .set({ outcome: 'failed', error_code: 'interrupted' })
          .where('race_id', '=', id)
          .where('outcome', '=', 'running')
          .execute()
      }),
    insertWhole: (race, state, parts) =>
      db.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('races')
          .values({ ...toRaceRow(race), ...toEnd(state) })
          .execute()
        await transaction.insertInto('lanes').values(toLaneRows(race.id, state)).execute()
        for (const part of parts) {
          await insertPart(transaction, race.id, part)
          // A long tape is some hundred parts: between two of them, other requests get their turn.
          await nextTurn()
        }
      }),
    async setGatewayAdded(id, added) {
      const row = { gateway_added_json: JSON.stringify(added) }
      await db.updateTable('races').set(row).where('id', '=', id).execute()
    },
    list: (query, live, isWanted = () => true) => listRaces(db, query, live, isWanted),
    async find(id, live) {
      const race = await db.selectFrom('races').selectAll().where('id', '=', id).executeTakeFirst()
      if (!race) return null
      const rows = live
        ? toLaneRows(id, live)
        : await db.selectFrom('lanes').select(laneSummaryColumns).where('race_id', '=', id).execute()
      return toRaceDetail(race, rows.map(toLaneSummary))
    },
    async statusOf(id) {
      const race = await db.selectFrom('races').select('status').where('id', '=', id).executeTakeFirst()
      return race?.status ?? null
    },
    async running() {
      return (
        db
          .selectFrom('races')
          .select(['id', 'margin_ms as marginMs'])
          .where('status', '=', 'running')
          // In the order of an index that holds the status, or SQLite reads every race.
          .orderBy('started_at_ms', 'desc')
          .orderBy('id', 'desc')
          .execute()
      )
    },
    async delete(id) {
      // The lanes and the tape are deleted with it, by their foreign keys.
      await db.deleteFrom('races').where('id', '=', id).execute()
    },
  }
}

function toRaceRow({ id, startedAt, request, category, marginMs, imported }: NewRace) {
  return {
    id,
    started_at: startedAt.toISOString(),
    started_at_ms: startedAt.getTime(),
    status: 'running' as const,
    prompt: toPromptText(request),
    category,
    prompt_id: request.promptId ?? null,
    request_json: JSON.stringify(request),
    finish_json: JSON.stringify(request.finish),
    margin_ms: marginMs,
    verdict_json: null,
    gateway_added_json: null,
    clock_json: null,
    cold_start: request.coldStart ? (1 as const) : (0 as const),
    origin: imported ? ('imported' as const) : ('here' as const),
    import_json: imported ? JSON.stringify(imported) : null,
    tags_json: request.tags ? JSON.stringify(request.tags) : null,
  }
}

function toEnd(state: RaceState) {
  const verdict = raceVerdict(state)
  return {
    status: state.end?.reason ?? ('interrupted' as const),
    margin_ms: state.end?.marginMs ?? null,
    clock_json: state.end?.clock ? JSON.stringify(state.end.clock) : null,
    verdict_json: verdict && JSON.stringify(verdict),
  }
}
