/**
 * Opens the history: makes the folder, locks the file for this app alone, migrates the tables. Every failure becomes a
 * `DatabaseUnavailable`, whose message names the path and the reason.
 *
 * WAL, so that readers do not wait for the race that is being written, and `synchronous = normal`: what is committed
 * outlives the process (a kill -9 loses nothing); only a power cut can lose the last moments.
 */
import path from 'node:path'
import { MadeByAnother, makeFile, migrate, refuseOthers } from '@drag-race/sqlite'
import Database from 'better-sqlite3'
import { Kysely } from 'kysely'
import { containsText } from './contains-text.ts'
import { toOpenAdvice } from './database-advice.ts'
import { DatabaseUnavailable } from './database-unavailable.ts'
import { migrations } from './migrations.ts'
import { type OwnFile, ownFile } from './own-file.ts'
import { PatientDialect } from './patient-dialect.ts'
import type { Schema } from './schema.ts'

export class HistoryDatabase extends Kysely<Schema> {
  readonly #own: OwnFile | null

  constructor(sqlite: Database.Database, own: OwnFile | null) {
    super({ dialect: new PatientDialect(sqlite, own) })
    this.#own = own
  }

  /** Throws `DatabaseUnavailable` when its file, or one beside it, was removed or replaced. */
  check(): void {
    this.#own?.check()
  }
}

/** How long the start waits for another process that writes. Later waits are outside SQLite: `patient-dialect.ts`. */
const openMsMax = 5_000

/**
 * `databaseUrl`: `file:data/races.db` (from the working directory), `file:/var/lib/races.db`, or `:memory:` for tests.
 */
export async function openDatabase(databaseUrl: string): Promise<HistoryDatabase> {
  const file = toPath(databaseUrl)
  let own: OwnFile | null = null
  try {
    if (file !== ':memory:') {
      makeFile(file)
      own = await ownFile(file)
    }
    const sqlite = new Database(file, { timeout: openMsMax })
    refuseOthers(sqlite, migrations)
    sqlite.pragma('journal_mode = WAL')
    sqlite.pragma('synchronous = NORMAL')
    sqlite.pragma('foreign_keys = ON')
    sqlite.function('contains_text', { deterministic: true }, containsText)
    sqlite.pragma('busy_timeout = 0')
    const db = new HistoryDatabase(sqlite, own)
    try {
      await migrate(sqlite, db, migrations)
      own?.watch()
      return db
    } catch (error) {
      await db.destroy()
      throw error
    }
  } catch (cause) {
    own?.release()
    if (cause instanceof DatabaseUnavailable) throw cause
    if (cause instanceof MadeByAnother)
      throw new DatabaseUnavailable(`The database ${cause.message}.`, { cause })
    const problem = `Cannot open the database ${file}: ${reason(cause)}.`
    throw new DatabaseUnavailable(`${problem} ${toOpenAdvice(cause)}`, { cause })
  }
}

function toPath(databaseUrl: string): string {
  // The address may be another project's, from the shell, and hold its password: it is not repeated.
  if (/^(?!file:)[\w+.-]+:\/\//.test(databaseUrl)) {
    throw new DatabaseUnavailable(
      'DATABASE_URL names no file. The history is kept in SQLite: set it to a file, such as file:data/races.db.',
    )
  }
  const file = databaseUrl.replace(/^file:(\/\/(?=\/))?/, '')
  if (file === '') throw new DatabaseUnavailable('DATABASE_URL names no file. Set it to file:data/races.db.')
  return file === ':memory:' ? file : path.resolve(file)
}

function reason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  return message.replace(/\.$/, '')
}
