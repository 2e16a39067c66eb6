/**
 * Copies the books while they are written, by SQLite's own backup: in steps of some pages, each in its own turn of the
 * thread's event loop. What is written between two steps is in the copy too, and a write waits for one step at most.
 * `VACUUM INTO` would be one statement: with ten million calls the thread could write nothing for a minute, and a stop
 * in that minute would lose the records that wait.
 */
import { existsSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { makeFile } from '@drag-race/sqlite'
import Database from 'better-sqlite3'

export interface BooksCopy {
  /** The name of the copy, which lies beside the books. */
  file: string
  bytes: number
  calls: number
}

export interface CopyOptions {
  sqlite: Database.Database
  /** The file of the books. */
  path: string
  /** The time that is in the name of the copy, to the second. */
  nowMs: number
  /** Asked between two steps: whether to give up. */
  hasStopped(): boolean
}

/** Rejects with the reason if there is no copy; then no part of one is left. */
export async function copyBooks({ sqlite, path, nowMs, hasStopped }: CopyOptions): Promise<BooksCopy> {
  // In the folder of the file itself, not of a link to it: that folder can be written.
  const books = realpathSync(path)
  const copy = `${books}.backup-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-')}Z`
  if (existsSync(copy)) throw new Error(`there is a ${basename(copy)} already: ask again in a second`)
  // Always the same name, so that the next backup removes what a kill left of one.
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
  // An error without a code is one of ours, whose message is complete.
  if (typeof code !== 'string') return message
  return `${copy} cannot be written (${message}): check its folder, and whether the disk has room for it`
}

/** 400 KB, which take some milliseconds. */
const pagesPerStep = 100

function remove(part: string): void {
  for (const each of [part, `${part}-journal`, `${part}-wal`, `${part}-shm`]) rmSync(each, { force: true })
}

/** Turns WAL off, so that the copy is one file even while it is read. Returns its number of calls. */
function finish(part: string): number {
  const sqlite = new Database(part)
  try {
    sqlite.pragma('journal_mode = DELETE')
    return sqlite.prepare('select count(*) from calls').pluck().get() as number
  } finally {
    sqlite.close()
  }
}
