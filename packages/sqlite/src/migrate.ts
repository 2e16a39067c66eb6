/**
 * Brings the tables of a file up to date, all or nothing. Kysely's own way with SQLite has no transaction, though
 * SQLite takes back new tables and columns too: a start that was killed in between would leave a file that opens never
 * again.
 */
import type { Database } from 'better-sqlite3'
import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'

type Migrations = Readonly<Record<string, Migration>>

/** Its message names the file and what to do. */
export class MadeByAnother extends Error {
  override name = 'MadeByAnother'
}

/**
 * Throws `MadeByAnother` when the tables are another program's, or when a migration was run on the file that is not
 * among these; Kysely would add its own to the ones, and call the others corrupted.
 */
export function refuseOthers(sqlite: Database, migrations: Migrations): void {
  const tables = sqlite
    .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'")
    .pluck()
    .all() as string[]
  if (tables.length === 0) return
  if (!tables.includes('kysely_migration')) throw toForeign(sqlite, `the table ${tables[0]}`)
  const names = sqlite.prepare('select name from kysely_migration order by name').pluck().all() as string[]
  const unknown = names.filter((name) => !Object.hasOwn(migrations, name))
  if (unknown.length === 0) return
  if (unknown.length === names.length) throw toForeign(sqlite, `the tables of ${unknown[0]}`)
  throw new MadeByAnother(
    `${sqlite.name} was made by a newer version (it has ${unknown[0]}): start that version, or restore a backup`,
  )
}

function toForeign({ name }: Database, what: string): MadeByAnother {
  return new MadeByAnother(`${name} is another program's (it has ${what}): name another file`)
}

/** `db` runs on `sqlite`. Throws what a migration threw: close the file then, and nothing of it has happened. */
export async function migrate<Schema>(
  sqlite: Database,
  db: Kysely<Schema>,
  migrations: Migrations,
): Promise<void> {
  sqlite.exec('BEGIN')
  const provider = { getMigrations: async () => ({ ...migrations }) }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error !== undefined) throw error
  sqlite.exec('COMMIT')
}
