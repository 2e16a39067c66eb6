/**
 * Reads the races that a leaderboard is about, newest first, a page at a time: prompts and answers stay in the
 * database.
 *
 * SQLite answers synchronously, on the event loop that serves the viewers of a running race. So no statement reads more
 * than a page, and between two pages the loop gets its turn.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ClockReport, errorBoundMs, type LeaderboardQuery, type TimeSpan } from '@drag-race/contracts'
import type { ExpressionBuilder, Kysely } from 'kysely'
import { hasTags } from '../history/has-tags.ts'
import type { Schema } from '../history/schema.ts'
import type { LaneRow, RaceRow } from './judge-race.ts'

export type RaceFilter = Pick<LeaderboardQuery, 'category' | 'span' | 'tag'>

export const dayMs = 24 * 60 * 60 * 1000
const spanDays: Record<Exclude<TimeSpan, 'all'>, number> = { day: 1, week: 7, month: 30 }

/** Read in about 1.5 ms, lanes included (20,000 races of 4 lanes: 0.3 s in all, nothing blocked for more than 5 ms). */
const pageRaces = 100

/** At most `racesMax` of the newest; countRaces tells how many there are. */
export async function* readRaces(
  db: Kysely<Schema>,
  filter: RaceFilter,
  now: Date,
  racesMax: number,
): AsyncGenerator<RaceRow> {
  let read = 0
  for await (const page of readPages(db, filter, now)) {
    const races = page.slice(0, racesMax - read)
    const lanes = await readLanes(
      db,
      races.map(({ id }) => id),
    )
    yield* races.map((race) => ({ ...race, lanes: lanes.get(race.id) ?? [] }))
    read += races.length
    if (read === racesMax) return
  }
}

export async function countRaces(db: Kysely<Schema>, filter: RaceFilter, now: Date): Promise<number> {
  if (filter.tag) {
    let races = 0
    for await (const page of readPages(db, filter, now)) races += page.length
    return races
  }
  const { races } = await db
    .selectFrom('races')
    .select(({ fn }) => fn.countAll<number>().as('races'))
    .where((expression) => isMeant(expression, filter, now))
    .executeTakeFirstOrThrow()
  return Number(races)
}

type RaceAlone = Omit<RaceRow, 'lanes'>

/**
 * Pages of the races that category and span select, without those that lack the tags. The statement does not look for
 * tags: it would read on until it had found a whole page of them.
 */
async function* readPages(db: Kysely<Schema>, filter: RaceFilter, now: Date): AsyncGenerator<RaceAlone[]> {
  const asked = filter.tag ?? []
  let last: { started_at_ms: number; id: string } | undefined
  do {
    const page = await readPage(db, filter, now, last)
    const meant =
      asked.length === 0 ? page : page.filter(({ tags_json }) => hasTags(tags_json ?? '{}', asked))
    yield meant.map((race) => ({
      id: race.id,
      startedAtMs: race.started_at_ms,
      category: race.category,
      status: race.status,
      ...toError(race.margin_ms, race.clock_json),
      coldStart: race.cold_start === 1,
      isImported: race.origin === 'imported',
    }))
    last = page.length < pageRaces ? undefined : page.at(-1)
    await nextTurn()
  } while (last)
}

function readPage(
  db: Kysely<Schema>,
  filter: RaceFilter,
  now: Date,
  after: { started_at_ms: number; id: string } | undefined,
) {
  return db
    .selectFrom('races')
    .select([
      'id',
      'started_at_ms',
      'status',
      'margin_ms',
      'clock_json',
      'cold_start',
      'origin',
      'tags_json',
      'category',
    ])
    .where((expression) => isMeant(expression, filter, now))
    .$if(after !== undefined, (query) =>
      query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('started_at_ms', 'id'), '<', tuple(after?.started_at_ms ?? 0, after?.id ?? '')),
      ),
    )
    .orderBy('started_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(pageRaces)
    .execute()
}

function toError(marginMs: number | null, clockJson: string | null) {
  const clock = clockJson === null ? null : (JSON.parse(clockJson) as ClockReport)
  return { marginMs: errorBoundMs({ marginMs, clock }), isDisturbed: clock?.disturbed ?? false }
}

async function readLanes(db: Kysely<Schema>, raceIds: string[]): Promise<Map<string, LaneRow[]>> {
  const found = new Map<string, LaneRow[]>(raceIds.map((id) => [id, []]))
  if (raceIds.length === 0) return found
  const rows = await db
    .selectFrom('lanes')
    .select(['race_id', 'lane', 'model', 'provider', 'simulated', 'stream', 'asked_like', 'outcome'])
    .select([
      'ttft_ms',
      'total_ms',
      'elapsed_ms',
      'decode_tps',
      'sent_tokens',
      'output_tokens',
      'is_estimated',
      'cost_usd',
    ])
    .where('race_id', 'in', raceIds)
    .where('sentinel', '=', 0)
    .orderBy('race_id')
    .orderBy('lane')
    .execute()
  for (const row of rows) {
    found.get(row.race_id)?.push({
      lane: row.lane,
      model: row.model,
      provider: row.provider,
      simulated: row.simulated === 1,
      stream: row.stream === 1,
      askedLike: row.asked_like,
      outcome: row.outcome,
      ttftMs: row.ttft_ms,
      totalMs: row.total_ms,
      elapsedMs: row.elapsed_ms,
      decodeTokensPerSecond: row.decode_tps,
      sentTokens: row.sent_tokens ?? 0,
      outputTokens: row.output_tokens,
      isEstimated: row.is_estimated === 1,
      costUsd: row.cost_usd,
    })
  }
  return found
}

/** A month is thirty days back from now. */
function isMeant(eb: ExpressionBuilder<Schema, 'races'>, filter: RaceFilter, now: Date) {
  const conditions = []
  if (filter.category !== undefined) conditions.push(eb('category', '=', filter.category))
  if (filter.span !== 'all') {
    conditions.push(eb('started_at_ms', '>=', now.getTime() - spanDays[filter.span] * dayMs))
  }
  return eb.and(conditions)
}
