/** Prepares a file for SQLite: it exists, is a regular file, and only its owner can read it. */
import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Files beside it, which SQLite opens whatever they are. */
const besides = ['-journal', '-wal', '-shm']

/**
 * Makes the file and its folder where there is none. Throws when the file, or one that SQLite keeps beside it, is not a
 * regular file.
 */
export function makeFile(path: string): void {
  makeFolder(dirname(path))
  // To open a pipe would block the whole thread until its other end is opened.
  for (const each of [path, ...besides.map((ending) => path + ending)]) {
    if (statSync(each, { throwIfNoEntry: false })?.isFile() === false) {
      throw new Error(`${each} is no file: move it away, or name another`)
    }
  }
  // Its content is for its owner alone. SQLite gives its own files beside it the same mode.
  closeSync(openSync(path, 'a', 0o600))
}

/** Not mkdir's `recursive`: on a file system that refuses new folders with ENOENT (/proc) it never returns. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  mkdirSync(folder)
}
