/**
 * Is the file that was opened still where its path leads? Into one that was removed SQLite goes on writing without a
 * word.
 */
import { statSync } from 'node:fs'

/** `path` leads to the file now. What is given back says whether it still does. */
export function rememberFile(path: string): () => boolean {
  const toMark = () => {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stats && `${stats.dev} ${stats.ino}`
  }
  const opened = toMark()
  return () => toMark() === opened
}
