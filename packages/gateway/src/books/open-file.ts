/**
 * Opens the file of the books: makes the folder, brings the tables up to date.
 *
 * Only one gateway can have it open (`locking_mode = EXCLUSIVE`): two gateways that count the same budgets, each in its
 * own memory, would let through twice as much. WAL with `synchronous = NORMAL`: what is committed survives a kill -9;
 * only a power cut can lose the last moments.
 */
import { realpathSync } from 'node:fs'
import { makeFile, migrate, refuseOthers, rememberFile } from '@drag-race/sqlite'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { migrations } from './migrations.ts'
import type { Schema } from './schema.ts'

export interface BooksFile {
  /** For statements that run often: they are prepared once. */
  sqlite: Database.Database
  /** For everything else. */
  db: Kysely<Schema>
  /** Throws when the path leads to another file now, or to none: SQLite would go on writing where nobody looks. */
  check(): void
}

/** Rejects when the file cannot be read or written, or another gateway has it open. */
export async function openFile(path: string): Promise<BooksFile> {
  makeFile(path)
  const sqlite = new Database(path, { timeout: 0 })
  try {
    sqlite.pragma('locking_mode = EXCLUSIVE')
    refuseOthers(sqlite, migrations)
    sqlite.pragma('journal_mode = WAL')
    sqlite.pragma('synchronous = NORMAL')
    sqlite.pragma('foreign_keys = ON')
    const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: sqlite }) })
    await migrate(sqlite, db, migrations)
    return { sqlite, db, check: createCheck(path, sqlite) }
  } catch (error) {
    sqlite.close()
    throw error
  }
}

function createCheck(path: string, sqlite: Database.Database): () => void {
  const isThere = rememberFile(path)
  // SQLite puts its log (the WAL) beside the file itself, not beside a link to it.
  const logPath = `${realpathSync(path)}-wal`
  let isLogThere = rememberFile(logPath)
  return () => {
    if (!isThere()) {
      emptyLog(sqlite)
      throw new Error(
        `${path} was removed or replaced while the gateway ran: put it back, or restart the gateway`,
      )
    }
    if (isLogThere()) return
    // The log was removed: a kill would lose what is in it. So its content goes to the file, and a new log begins.
    sqlite.pragma('journal_mode = DELETE')
    sqlite.pragma('journal_mode = WAL')
    // The first read creates the new log.
    sqlite.pragma('user_version')
    isLogThere = rememberFile(logPath)
  }
}

/** Moves the log's content into its file, wherever that is now, so that no log lies beside the file in its place. */
function emptyLog(sqlite: Database.Database): void {
  try {
    sqlite.pragma('wal_checkpoint(TRUNCATE)')
  } catch {
    // The log waits for the file to come back, too.
  }
}
