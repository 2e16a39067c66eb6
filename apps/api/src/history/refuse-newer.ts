/** A history of a newer version: kysely would call it corrupted. */
import type { Database } from 'better-sqlite3'
import { DatabaseUnavailable } from './database-unavailable.ts'
import { migrations } from './migrations.ts'

/** Throws `DatabaseUnavailable` when migrations were run on the file that this version does not know. */
export function refuseNewer(sqlite: Database, path: string): void {
  const table = sqlite.prepare("select name from sqlite_master where name = 'kysely_migration'").get()
  if (table === undefined) return
  const names = sqlite.prepare('select name from kysely_migration order by name').pluck().all() as string[]
  const unknown = names.find((name) => !Object.hasOwn(migrations, name))
  if (unknown === undefined) return
  throw new DatabaseUnavailable(
    `The database ${path} was made by a newer version (it has ${unknown}): start that version, or restore a backup.`,
  )
}
