/**
 * Brings the tables of a file up to date, all or nothing. With SQLite, Kysely itself uses no transaction, although
 * SQLite can roll back new tables and columns too: a start that was killed in between would leave a file that can never
 * be opened again.
 */
import type { Database } from 'better-sqlite3'
import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'

type Migrations = Readonly<Record<string, Migration>>

/** The message names the file and what to do. */
export class MadeByAnother extends Error {
  override name = 'MadeByAnother'
}

/**
 * Throws `MadeByAnother` when another program made the tables, or when a migration was run on the file that is not
 * among these. Kysely would add its tables to the former, and call the latter corrupted.
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

/** `db` runs on `sqlite`. Throws the error of a migration: close the file then, which undoes all of them. */
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
