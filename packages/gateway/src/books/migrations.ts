/**
 * The migrations of the tables, by number. One that has shipped is never changed: a later one changes what it did.
 *
 * All that are due run in one transaction, in which `PRAGMA foreign_keys` has no effect: dropping a table also deletes
 * the rows that refer to it.
 */
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

export const migrations: Record<string, Migration> = {
  '0001-books': { up: createBooks },
  '0002-calls-once': { up: bookCallsOnce },
  '0003-tag-names': { up: lowerTagNames },
  '0004-hold-operation': { up: addHoldOperation },
  '0005-journal': { up: createJournal },
}

async function createBooks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('calls')
    .addColumn('id', 'integer', (column) => column.primaryKey().notNull())
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('at_ms', 'integer', (column) => column.notNull())
    .addColumn('caller', 'text')
    .addColumn('tenant', 'text')
    .addColumn('tags', 'text')
    .addColumn('model', 'text')
    .addColumn('operation', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('status', 'integer', (column) => column.notNull())
    .addColumn('stream', 'integer', (column) => column.notNull())
    .addColumn('duration_ms', 'real', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('calls_at').on('calls').column('at_ms').execute()

  await db.schema
    .createTable('attempts')
    .addColumn('call_id', 'integer', (column) => column.notNull().references('calls.id').onDelete('cascade'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('status', 'integer')
    .addColumn('input_tokens', 'integer')
    .addColumn('output_tokens', 'integer')
    .addColumn('reasoning_tokens', 'integer')
    .addColumn('cached_tokens', 'integer')
    .addColumn('cache_write_tokens', 'integer')
    .addColumn('cost_pico', 'integer')
    .addColumn('unpriced', 'integer', (column) => column.notNull())
    .addColumn('estimated', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('attempts_key', ['call_id', 'number'])
    // Without a rowid the attempts of a call lie together in the file.
    .modifyEnd(sql`without rowid`)
    .execute()

  await db.schema
    .createTable('holds')
    .addColumn('request_id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('at_ms', 'integer', (column) => column.notNull())
    .addColumn('caller', 'text', (column) => column.notNull())
    .addColumn('tenant', 'text')
    .addColumn('tags', 'text')
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('cost_pico', 'integer', (column) => column.notNull())
    .execute()

  await db.schema
    .createTable('counts')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .execute()

  await db.schema
    .createTable('spent')
    .addColumn('count', 'text', (column) => column.notNull())
    .addColumn('starts_at_ms', 'integer', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('pico', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('spent_key', ['count', 'starts_at_ms', 'subject'])
    .modifyEnd(sql`without rowid`)
    .execute()
}

/** A call that is sent again, because the answer to its write was lost, is recognised by its request id. */
async function bookCallsOnce(db: Kysely<unknown>): Promise<void> {
  await sql`delete from calls where id not in (select min(id) from calls group by request_id)`.execute(db)
  await db.schema.createIndex('calls_request').unique().on('calls').column('request_id').execute()
}

/** The next `watch` drops counts with capital letters in their names, and computes them again under the new names. */
async function lowerTagNames(db: Kysely<unknown>): Promise<void> {
  for (const table of ['calls', 'holds']) {
    await sql`update ${sql.table(table)} set tags = (select json_group_object(lower(key), value) from json_each(tags)) where tags is not null`.execute(
      db,
    )
  }
}

/** The operation of older holds is not known; nearly all calls are `chat`. */
async function addHoldOperation(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('holds')
    .addColumn('operation', 'text', (column) => column.notNull().defaultTo('chat'))
    .execute()
}

async function createJournal(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('journal')
    .addColumn('id', 'integer', (column) => column.primaryKey().notNull())
    // Packed, as node:v8 serializes it: a change of the packing has to read what the one before has written.
    .addColumn('batch', 'blob', (column) => column.notNull())
    .addColumn('is_set_aside', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
}
