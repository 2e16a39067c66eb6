/** SQLite's error codes → why the books cannot be used, and what to do about it. */
import { isDamage } from '@drag-race/sqlite'

/** One sentence that names the file. An error without a code is one of ours, whose message is complete. */
export function toBooksAdvice(path: string, error: unknown): string {
  const { message, code } = error as { message: string; code?: unknown }
  if (typeof code !== 'string') return message
  if (code.startsWith('SQLITE_BUSY')) {
    return `another program has ${path} open: each gateway needs a file of its own`
  }
  if (isDamage(error)) {
    return `${path} is damaged, or no database (${message}): stop the gateway and move the file away to begin new books; \`sqlite3 ${path} .recover\` saves what can still be read`
  }
  if (code === 'SQLITE_FULL') return `the disk on which ${path} lies is full: make room`
  return `${path} cannot be read or written (${message}, ${code}): check the file, its folder and the disk, or name another file`
}
