/**
 * Opens the file of the books: makes the folder, brings the tables up to date.
 *
 * One gateway has it alone (`locking_mode = EXCLUSIVE`): two that count the same budgets, each in its own memory, would
 * both let calls through. WAL with `synchronous = NORMAL`: what is committed outlives a kill -9; only a power cut may
 * take the last moments.
 */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { migrate, refuseNewer, rememberFile } from '@drag-race/sqlite'
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
  makeFolder(dirname(path))
  // Who called what is nobody else's business on this machine. SQLite's own files beside it take after it.
  closeSync(openSync(path, 'a', 0o600))
  const sqlite = new Database(path, { timeout: 0 })
  try {
    sqlite.pragma('locking_mode = EXCLUSIVE')
    refuseNewer(sqlite, migrations)
    sqlite.pragma('journal_mode = WAL')
    sqlite.pragma('synchronous = NORMAL')
    sqlite.pragma('foreign_keys = ON')
    const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: sqlite }) })
    await migrate(sqlite, db, migrations)
    return { sqlite, db, check: createCheck(path) }
  } catch (error) {
    sqlite.close()
    throw toReason(path, error)
  }
}

function createCheck(path: string): () => void {
  const isThere = rememberFile(path)
  return () => {
    if (isThere()) return
    throw new Error(
      `${path} was removed or replaced while the gateway ran: put it back, or restart the gateway`,
    )
  }
}

function toReason(path: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) return error
  return new Error(`another program has ${path} open: each gateway needs a file of its own`, { cause: error })
}

/** Not mkdir's `recursive`: on a file system that refuses new folders with ENOENT (/proc) it never returns. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  mkdirSync(folder)
}
