/**
 * Whether a path still leads to the file that was opened: SQLite goes on writing into a file that was removed, without
 * an error.
 */
import { statSync } from 'node:fs'

/** To be called while `path` leads to the file. The function that it returns says whether it still does. */
export function rememberFile(path: string): () => boolean {
  const toMark = () => {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stats && `${stats.dev} ${stats.ino}`
  }
  const opened = toMark()
  return () => toMark() === opened
}
