/**
 * The migrations of the tables, in order. One that has shipped is never changed: a later one changes what it did.
 *
 * All that are due run in one transaction, in which `PRAGMA foreign_keys` has no effect: to drop a table also deletes
 * the rows that refer to it.
 */
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

export const migrations: Record<string, Migration> = {
  '0001-races': { up: createRaces },
  '0002-clock': { up: addClock },
  '0003-imported-races': { up: addOrigin },
  '0004-sent-tokens': { up: addSentTokens },
  '0005-tags': { up: addTags },
  '0006-interrupted-races': { up: takeVerdicts },
  '0007-estimated-tokens': { up: addIsEstimated },
  '0008-filters': { up: indexFilters },
  '0009-asked-like': { up: addAskedLike },
}

async function createRaces(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('races')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('started_at', 'text', (column) => column.notNull())
    .addColumn('started_at_ms', 'integer', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('prompt', 'text', (column) => column.notNull())
    .addColumn('category', 'text')
    .addColumn('prompt_id', 'text')
    .addColumn('request_json', 'text', (column) => column.notNull())
    .addColumn('finish_json', 'text', (column) => column.notNull())
    .addColumn('margin_ms', 'real')
    .addColumn('verdict_json', 'text')
    .addColumn('gateway_added_json', 'text')
    .execute()
  // Newest first, the id as tie-break: the order of the history's pages.
  await db.schema.createIndex('races_newest').on('races').columns(['started_at_ms desc', 'id desc']).execute()

  await db.schema
    .createTable('lanes')
    .addColumn('race_id', 'text', (column) => column.notNull().references('races.id').onDelete('cascade'))
    .addColumn('lane', 'integer', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('provider', 'text')
    .addColumn('simulated', 'integer', (column) => column.notNull())
    .addColumn('stream', 'integer', (column) => column.notNull())
    .addColumn('place', 'integer')
    .addColumn('dead_heat', 'integer', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('error_code', 'text')
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('reasoning', 'text', (column) => column.notNull())
    .addColumn('ttft_ms', 'real')
    .addColumn('total_ms', 'real')
    .addColumn('elapsed_ms', 'real')
    .addColumn('decode_tps', 'real')
    .addColumn('output_tokens', 'integer')
    .addColumn('cost_usd', 'real')
    .addColumn('slip_json', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('lanes_key', ['race_id', 'lane'])
    .execute()
  await db.schema.createIndex('lanes_model').on('lanes').column('model').execute()

  await db.schema
    .createTable('tape_parts')
    .addColumn('race_id', 'text', (column) => column.notNull().references('races.id').onDelete('cascade'))
    .addColumn('from_seq', 'integer', (column) => column.notNull())
    .addColumn('to_seq', 'integer', (column) => column.notNull())
    .addColumn('lines', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('tape_parts_key', ['race_id', 'from_seq'])
    // The parts of a race then lie together and in order, so that a tape is read in one go.
    .modifyEnd(sql`without rowid`)
    .execute()

  await db.schema
    .createTable('prompts')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('category', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .execute()
}

/** How good the clock was in each race, and the calibrations. */
async function addClock(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('races').addColumn('clock_json', 'text').execute()
  await db.schema
    .alterTable('races')
    .addColumn('cold_start', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await db.schema
    .alterTable('lanes')
    .addColumn('sentinel', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await db.schema
    .createTable('calibrations')
    .addColumn('measured_at', 'text', (column) => column.primaryKey().notNull())
    .addColumn('calibration_json', 'text', (column) => column.notNull())
    .execute()
}

async function addOrigin(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('races')
    .addColumn('origin', 'text', (column) => column.notNull().defaultTo('here'))
    .execute()
  await db.schema.alterTable('races').addColumn('import_json', 'text').execute()
}

async function addSentTokens(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('lanes').addColumn('sent_tokens', 'integer').execute()
  const slip = (key: string) => sql`json_extract(slip_json, ${`$.${key}`})`
  await sql`update lanes set sent_tokens = ${slip('outputTokens')} - iif(${slip('hasHiddenReasoning')}, ifnull(${slip('reasoningTokens')}, 0), 0) where json_valid(slip_json)`.execute(
    db,
  )
}

/** The tags are in the request too, but a list of races must not read requests, which can be long. */
async function addTags(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('races').addColumn('tags_json', 'text').execute()
  await sql`update races set tags_json = json_extract(request_json, '$.tags') where json_valid(request_json)`.execute(
    db,
  )
}

/** Nobody wins a race that the app ended. */
async function takeVerdicts(db: Kysely<unknown>): Promise<void> {
  const verdict = JSON.stringify({ kind: 'no-contest', why: 'interrupted' })
  await sql`update races set verdict_json = ${verdict} where status = 'interrupted'`.execute(db)
}

async function addIsEstimated(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('lanes')
    .addColumn('is_estimated', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await sql`update lanes set is_estimated = ifnull(json_extract(slip_json, '$.isEstimated'), 0) where json_valid(slip_json)`.execute(
    db,
  )
}

/** All that the filters compare is in an index: rows that they leave out, whose prompts can be long, are not read. */
async function indexFilters(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex('races_newest').execute()
  // The filters stand behind the order, so that one index serves both filters and every page of the list.
  await db.schema
    .createIndex('races_newest')
    .on('races')
    .columns(['started_at_ms desc', 'id desc', 'category', 'status'])
    .execute()
  // The beginning and the length of the prompt: with whole prompts the index would hold each a second time.
  await sql`create index races_prompt on races(substr(prompt, 1, 64), length(prompt), started_at_ms desc, id desc)`.execute(
    db,
  )
  // Without the race in the index, SQLite reads every lane of a model to find in which of a hundred races it ran.
  await db.schema.dropIndex('lanes_model').execute()
  await db.schema.createIndex('lanes_model').on('lanes').columns(['model', 'race_id']).execute()
}

/**
 * By the rule of `areAskedAlike`, before lanes had metadata. Requests that set nothing, nearly all, are not parsed:
 * their lanes keep the 0.
 */
async function addAskedLike(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('lanes')
    .addColumn('asked_like', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  const systemOf = (lane: string) =>
    sql.raw(`ifnull(json_extract(${lane}.value, '$.system'), json_extract(races.request_json, '$.system'))`)
  const areAlike = (key: string) =>
    sql.raw(`json_extract(own.value, '$.params.${key}') is json_extract(other.value, '$.params.${key}')`)
  await sql`
    update lanes set asked_like = ifnull((
      select min(other.key)
      from races, json_each(races.request_json, '$.lanes') as own, json_each(races.request_json, '$.lanes') as other
      where races.id = lanes.race_id and own.key = lanes.lane
        and ${areAlike('maxTokens')} and ${areAlike('temperature')} and ${areAlike('topP')} and ${areAlike('seed')}
        and ${systemOf('own')} is ${systemOf('other')}
    ), lane)
    where race_id in (
      select id from races
      where json_valid(request_json) and (instr(request_json, '"params":') > 0 or instr(request_json, '"system":') > 0)
    )`.execute(db)
}
