/**
 * Brings the tables of a file up to date, all or nothing. Kysely's own way with SQLite has no transaction, though SQLite takes
 * back new tables and columns too: a start that was killed in between would leave a file that opens never again.
 */
import type { Database } from 'better-sqlite3'
import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'

type Migrations = Readonly<Record<string, Migration>>

/** Its message names the file and what to do. */
export class MadeByNewerVersion extends Error {
  override name = 'MadeByNewerVersion'
}

/** Throws `MadeByNewerVersion` when a migration was run on the file that is not among these; Kysely would call it corrupted. */
export function refuseNewer(sqlite: Database, migrations: Migrations): void {
  const table = sqlite.prepare("select name from sqlite_master where name = 'kysely_migration'").get()
  if (table === undefined) return
  const names = sqlite.prepare('select name from kysely_migration order by name').pluck().all() as string[]
  const unknown = names.find((name) => !Object.hasOwn(migrations, name))
  if (unknown === undefined) return
  throw new MadeByNewerVersion(
    `${sqlite.name} was made by a newer version (it has ${unknown}): start that version, or restore a backup`,
  )
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
