/**
 * A copy of the books while they are written, by SQLite's own backup: page after page, each step a turn of the thread of its own.
 * What is written between two steps is in the copy too, and waits for one of them. `VACUUM INTO` would be one statement: with ten million
 * calls the thread could write nothing for a minute, and a stop would lose what waits for it.
 */
import { existsSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { makeFile } from '@drag-race/sqlite'
import Database from 'better-sqlite3'

export interface BooksCopy {
  /** Its name. It lies beside the books. */
  file: string
  bytes: number
  calls: number
}

export interface CopyOptions {
  sqlite: Database.Database
  /** Of the books. */
  path: string
  /** Stands in the name of the copy, to the second. */
  nowMs: number
  /** Asked between two steps. */
  hasStopped(): boolean
}

/** Rejects with why there is no copy; nothing of it is left then. */
export async function copyBooks({ sqlite, path, nowMs, hasStopped }: CopyOptions): Promise<BooksCopy> {
  // In the folder of the file itself, by whatever link it was named: there can be written.
  const books = realpathSync(path)
  const copy = `${books}.backup-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-')}Z`
  if (existsSync(copy)) throw new Error(`there is a ${basename(copy)} already: ask again in a second`)
  // One name for all of them: what a kill left is taken away by the next.
  const part = `${books}.backup.part`
  try {
    remove(part)
    makeFile(part)
    await sqlite.backup(part, {
      progress() {
        if (hasStopped()) throw new Error('the gateway stops: ask again when it has started')
        return pagesPerStep
      },
    })
    const calls = finish(part)
    renameSync(part, copy)
    return { file: basename(copy), bytes: statSync(copy).size, calls }
  } catch (error) {
    throw new Error(toAdvice(copy, error), { cause: error })
  } finally {
    remove(part)
  }
}

function toAdvice(copy: string, error: unknown): string {
  const { message, code } = error as { message: string; code?: unknown }
  // What has no code was said by us, with all of it.
  if (typeof code !== 'string') return message
  return `${copy} cannot be written (${message}): check its folder, and whether the disk has room for it`
}

/** 400 KB: some milliseconds, for which the books wait. */
const pagesPerStep = 100

function remove(part: string): void {
  for (const each of [part, `${part}-journal`, `${part}-wal`, `${part}-shm`]) rmSync(each, { force: true })
}

/** One file, which needs none beside it even while it is read. Returns its calls. */
function finish(part: string): number {
  const sqlite = new Database(part)
  try {
    sqlite.pragma('journal_mode = DELETE')
    return sqlite.prepare('select count(*) from calls').pluck().get() as number
  } finally {
    sqlite.close()
  }
}
