/**
 * Opens the file of the books: makes the folder, brings the tables up to date.
 *
 * One gateway has it alone (`locking_mode = EXCLUSIVE`): two that count the same budgets, each in its own memory, would
 * both let calls through. WAL with `synchronous = NORMAL`: what is committed outlives a kill -9; only a power cut may
 * take the last moments.
 */
import { realpathSync } from 'node:fs'
import { makeFile, migrate, refuseOthers, rememberFile } from '@drag-race/sqlite'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { migrations } from './migrations.ts'
import type { Schema } from './schema.ts'

export interface BooksFile {
  /** For what is written often: prepared once. */
  sqlite: Database.Database
  /** For everything else. */
  db: Kysely<Schema>
  /** Throws when its path leads to another file now, or to none: SQLite would write on into what nobody finds. */
  check(): void
}

/** Rejects when it cannot be read or written, or another gateway has it. */
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
  // By whatever link it was named.
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
    // What was in it goes to the file, which is not let go of: a kill would lose what nobody finds any more.
    sqlite.pragma('journal_mode = DELETE')
    sqlite.pragma('journal_mode = WAL')
    // The first reading makes the new one.
    sqlite.pragma('user_version')
    isLogThere = rememberFile(logPath)
  }
}

/** So that all of it is in the file, wherever that went, and nothing beside the one in its place. */
function emptyLog(sqlite: Database.Database): void {
  try {
    sqlite.pragma('wal_checkpoint(TRUNCATE)')
  } catch {
    // It waits for the file, too.
  }
}
