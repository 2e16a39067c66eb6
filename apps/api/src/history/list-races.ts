/** A page of the history: newest first, with the filters of RaceQuery. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RacePage, RaceQuery } from '@drag-race/contracts'
import { type Kysely, sql } from 'kysely'
import { invalidRequest } from '../api-fault.ts'
import { foldCase } from './contains-text.ts'
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts'
import type { FindLive } from './find-live.ts'
import { hasTags } from './has-tags.ts'
import { type LaneSummaryRow, laneSummaryColumns, toLaneRows, toLaneSummary } from './lane-rows.ts'
import { type RaceSummaryRow, toRaceSummary } from './race-rows.ts'
import type { Schema } from './schema.ts'

/** Races that are searched in one go: some 5 ms for a text, then the event loop has its turn. */
const windowRaces = 100

/** A list shows the beginning of a prompt, which can have 200,000 characters; the race's own page has all of it. */
const promptCharsMax = 1_000

/** The search ends early when `isWanted` is false: one through all of a long history takes seconds. */
export async function listRaces(
  db: Kysely<Schema>,
  query: RaceQuery,
  live: FindLive,
  isWanted: () => boolean,
): Promise<RacePage> {
  // One more than asked for shows whether there is a next page.
  const found = await findRaces(db, query, query.limit + 1, isWanted)
  const page = found.slice(0, query.limit)
  const races = await selectSummaries(db, toIds(page))
  const lanes = await selectLanes(db, toIds(races))
  return {
    races: races.map((race) => {
      const state = live(race.id)
      const rows = state ? toLaneRows(race.id, state) : (lanes.get(race.id) ?? [])
      return toRaceSummary(race, rows.map(toLaneSummary))
    }),
    nextCursor: found.length > page.length ? encodeCursor(page.at(-1)!) : null,
  }
}

/** `limit` races where there are so many, and the rest of a window that was searched. */
async function findRaces(
  db: Kysely<Schema>,
  query: RaceQuery,
  limit: number,
  isWanted: () => boolean,
): Promise<Cursor[]> {
  const after = query.cursor === undefined ? null : readCursor(query.cursor)
  const { model, tag = [], text = '' } = query
  const found: Cursor[] = []
  for (let cursor = after; found.length < limit && isWanted(); await nextTurn()) {
    const window = await selectRaces(db, query, cursor).limit(windowRaces).execute()
    const run = model === undefined ? window : await withModel(db, window, model)
    const tagged = tag.length === 0 ? run : await withTags(db, run, tag)
    found.push(...(text === '' ? tagged : await withText(db, tagged, foldCase(text))))
    cursor = window.at(-1) ?? null
    if (window.length < windowRaces) break
  }
  return found
}

function readCursor(text: string): Cursor {
  const cursor = decodeCursor(text)
  if (cursor) return cursor
  const message = 'Send back `nextCursor` of the page before, or none for the first page.'
  throw invalidRequest([{ path: 'cursor', message }])
}

/** Uses only what is in the indexes, so that the row of a race that is left out is not read. */
function selectRaces(db: Kysely<Schema>, query: RaceQuery, after: Cursor | null) {
  const { category, status, samePromptAs } = query
  let select = db
    .selectFrom('races')
    .select(['id', 'started_at_ms'])
    .orderBy('started_at_ms', 'desc')
    .orderBy('id', 'desc')
  if (after) select = select.where(sql<boolean>`(started_at_ms, id) < (${after.started_at_ms}, ${after.id})`)
  if (category !== undefined) select = select.where('category', '=', category)
  if (status !== undefined) select = select.where('status', '=', status)
  if (samePromptAs !== undefined) {
    // The first two must be written as in the index `races_prompt`, or SQLite does not use it.
    const prompt = sql`substr(prompt, 1, 64), length(prompt), prompt`
    const same = sql<boolean>`(${prompt}) = (select ${prompt} from races where id = ${samePromptAs})`
    select = select.where(same).where('id', '!=', samePromptAs)
  }
  return select
}

async function withModel(db: Kysely<Schema>, races: Cursor[], model: string): Promise<Cursor[]> {
  const rows = await db
    .selectFrom('lanes')
    .select('race_id')
    .where('race_id', 'in', toIds(races))
    .where('model', '=', model)
    .execute()
  const found = new Set(rows.map(({ race_id }) => race_id))
  return races.filter(({ id }) => found.has(id))
}

async function withTags(db: Kysely<Schema>, races: Cursor[], asked: readonly string[]): Promise<Cursor[]> {
  const rows = await db
    .selectFrom('races')
    .select(['id', 'tags_json'])
    .where('id', 'in', toIds(races))
    .where('tags_json', 'is not', null)
    .execute()
  const found = new Set(toIds(rows.filter(({ tags_json }) => hasTags(tags_json!, asked))))
  return races.filter(({ id }) => found.has(id))
}

async function withText(db: Kysely<Schema>, races: Cursor[], text: string): Promise<Cursor[]> {
  const window = toIds(races)
  const inPrompts = await db
    .selectFrom('races')
    .select('id')
    .where('id', 'in', window)
    .where(sql<boolean>`contains_text(prompt, ${text})`)
    .execute()
  const inAnswers = await db
    .selectFrom('lanes')
    .select('race_id as id')
    .where('race_id', 'in', window)
    .where(sql<boolean>`contains_text(answer, ${text})`)
    .execute()
  const found = new Set(toIds([...inPrompts, ...inAnswers]))
  return races.filter(({ id }) => found.has(id))
}

async function selectSummaries(db: Kysely<Schema>, raceIds: string[]): Promise<RaceSummaryRow[]> {
  return db
    .selectFrom('races')
    .select(['id', 'started_at', 'status', 'category'])
    .select(['finish_json', 'margin_ms', 'clock_json', 'cold_start', 'verdict_json', 'origin', 'tags_json'])
    .select(sql<string>`substr(prompt, 1, ${promptCharsMax})`.as('prompt'))
    .where('id', 'in', raceIds)
    .orderBy('started_at_ms', 'desc')
    .orderBy('id', 'desc')
    .execute()
}

async function selectLanes(db: Kysely<Schema>, raceIds: string[]): Promise<Map<string, LaneSummaryRow[]>> {
  const rows = await db
    .selectFrom('lanes')
    .select(laneSummaryColumns)
    .where('race_id', 'in', raceIds)
    .orderBy('lane')
    .execute()
  return Map.groupBy(rows, ({ race_id }) => race_id)
}

const toIds = (rows: readonly { id: string }[]) => rows.map(({ id }) => id)
