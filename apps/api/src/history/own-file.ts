/**
 * The file of the history belongs to one app: a second one would mark the running races of the first as interrupted,
 * and write into their tapes.
 *
 * The lock is on a file beside it (`races.db-lock`), so that other programs can still read the history itself. SQLite
 * holds the lock, as for the books of the gateway: it ends with the process, also after a kill -9, and leaves an empty
 * file behind.
 */
import { realpathSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFile, rememberFile } from '@drag-race/sqlite'
import Database from 'better-sqlite3'
import { DatabaseUnavailable } from './database-unavailable.ts'

export interface OwnFile {
  /** From now on `check` watches the file and those beside it. Called when all of them exist. */
  watch(): void
  /**
   * Throws `DatabaseUnavailable` when one of their paths now leads to another file, or to none: nobody would find what
   * is written, or another app could take the history too.
   */
  check(): void
  /** Gives up the lock. */
  release(): void
}

/** An app that was told to end takes up to 2.5 s; one that is started meanwhile waits for that. */
const waitMsMax = 5_000
const retryMs = 50

/** `file` exists. Rejects with `DatabaseUnavailable` when another app keeps the lock. */
export async function ownFile(file: string): Promise<OwnFile> {
  // The lock is beside the real file, whatever link it was named by.
  const path = realpathSync(file)
  makeFile(`${path}-lock`)
  const lock = new Database(`${path}-lock`, { timeout: 0 })
  const untilMs = performance.now() + waitMsMax
  for (;;) {
    try {
      lock.exec('BEGIN EXCLUSIVE')
      return {
        ...createCheck([file, ...besides.map((ending) => path + ending)]),
        release: () => lock.close(),
      }
    } catch (error) {
      const isHeld = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
      if (isHeld && performance.now() < untilMs) {
        await sleep(retryMs)
        continue
      }
      lock.close()
      throw isHeld ? new DatabaseUnavailable(toTaken(file), { cause: error }) : error
    }
  }
}

/** SQLite's write-ahead log, the index of that, and the lock. */
const besides = ['-wal', '-shm', '-lock']

function createCheck(files: readonly string[]): Pick<OwnFile, 'watch' | 'check'> {
  let watched: { file: string; isThere: () => boolean }[] = []
  return {
    watch() {
      watched = files.map((file) => ({ file, isThere: rememberFile(file) }))
    },
    check() {
      const gone = watched.find(({ isThere }) => !isThere())
      if (gone) throw new DatabaseUnavailable(toGone(gone.file))
    },
  }
}

const toGone = (file: string) =>
  `The history has lost ${file}: it was removed or replaced while the app ran. Restart the app.`

const toTaken = (file: string) =>
  `Another app has ${file}: stop it, or give this one a DATABASE_URL of its own.`
