/** Why the database refused, and what to do about it: SQLite's codes in words. */
import { isDamage } from '@drag-race/sqlite'
import { DatabaseUnavailable } from './database-unavailable.ts'

/** null: it was something else. */
export function toDatabaseAdvice(error: unknown): string | null {
  if (error instanceof DatabaseUnavailable) return error.message
  const code = toCode(error)
  if (!code.startsWith('SQLITE')) return null
  if (code === 'SQLITE_FULL') return 'The disk on which the history lies is full: make room.'
  if (code === 'SQLITE_BUSY') {
    return 'Another program holds the database of the history: end what it does there.'
  }
  if (isDamage(error)) return `The history is damaged (${code}). ${damageAdvice}`
  return `The database refused (${code}). Is its file writable? See DATABASE_URL.`
}

/** Why the history could not be opened is said already. */
export function toOpenAdvice(error: unknown): string {
  if (isDamage(error)) return damageAdvice
  if (isHalfMade(error)) return halfMadeAdvice
  return 'Check that the path can be written, or set DATABASE_URL to another file.'
}

/** The rows are not those that the app wrote: however often it is tried again, it fails again. */
export function isChanged(error: unknown): boolean {
  return toCode(error).startsWith('SQLITE_CONSTRAINT')
}

/** Of a start that was ended in between, before they were one transaction; or the tables are another program's. */
function isHalfMade(error: unknown): boolean {
  return toCode(error) === 'SQLITE_ERROR' && /already exists|duplicate column name/.test(String(error))
}

const halfMadeAdvice =
  "Its tables are not those of any version: a start was ended while it changed them, or they are another program's. Move the file (DATABASE_URL) away, and put a copy from before in its place, or none: then a new history begins."

const damageAdvice =
  'Stop the app and move the file (DATABASE_URL) away: a new history begins. `sqlite3 <file> .recover` saves what can still be read.'

function toCode(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}
