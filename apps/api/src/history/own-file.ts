/**
 * The file of the history belongs to one app: a second would call the races of the first interrupted, and write into
 * their tapes.
 *
 * The lock is on a file beside it (`races.db-lock`), so that others can still read the history itself. SQLite holds it,
 * as it does for the books of the gateway: it ends with the process, by a kill -9 too, and what stays of it is an empty
 * file.
 */
import { realpathSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFile, rememberFile } from '@drag-race/sqlite'
import Database from 'better-sqlite3'
import { DatabaseUnavailable } from './database-unavailable.ts'

export interface OwnFile {
  /** From now on `check` knows the file and those beside it: all of them have been made. */
  watch(): void
  /**
   * Throws `DatabaseUnavailable` when one of their paths leads to another file now, or to none: what is written would
   * be found by nobody, or another app could have the history too.
   */
  check(): void
  /** Lets the next app have it. */
  release(): void
}

/** An app that was told to end takes up to 2.5 s for it: who starts it anew waits for the one before. */
const waitMsMax = 5_000
const retryMs = 50

/** `file` is there already. Rejects with `DatabaseUnavailable` when another app goes on having it. */
export async function ownFile(file: string): Promise<OwnFile> {
  // By whatever link it was named.
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

/** What is not yet in the history's file, the index of that, and the lock. */
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
