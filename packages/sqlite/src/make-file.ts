/** The file before SQLite opens it: it is there, a regular one, and its owner's alone. */
import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Beside it; SQLite opens whatever stands there. */
const besides = ['-journal', '-wal', '-shm']

/**
 * Makes it, and its folder, where there is none. Throws when it, or one that SQLite keeps beside it, is a pipe, say.
 */
export function makeFile(path: string): void {
  makeFolder(dirname(path))
  // To open a pipe is to wait for its other end, and the whole thread with it.
  for (const each of [path, ...besides.map((ending) => path + ending)]) {
    if (statSync(each, { throwIfNoEntry: false })?.isFile() === false) {
      throw new Error(`${each} is no file: move it away, or name another`)
    }
  }
  // What is in it is nobody else's business on this machine. SQLite's own files beside it take after it.
  closeSync(openSync(path, 'a', 0o600))
}

/** Not mkdir's `recursive`: on a file system that refuses new folders with ENOENT (/proc) it never returns. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  mkdirSync(folder)
}
