/** Books of a newer version: kysely would call them corrupted. */
import type { Database } from 'better-sqlite3'
import { migrations } from './migrations.ts'

/** Throws when migrations were run on the file that this version does not know. */
export function refuseNewer(sqlite: Database, path: string): void {
  const table = sqlite.prepare("select name from sqlite_master where name = 'kysely_migration'").get()
  if (table === undefined) return
  const names = sqlite.prepare('select name from kysely_migration order by name').pluck().all() as string[]
  const unknown = names.find((name) => !Object.hasOwn(migrations, name))
  if (unknown === undefined) return
  throw new Error(
    `${path} was made by a newer version (it has ${unknown}): start that version, or restore a backup`,
  )
}
