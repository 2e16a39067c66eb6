/** Why the database refused, and what to do about it: SQLite's codes as sentences. */
import { isDamage } from '@drag-race/sqlite'
import { DatabaseUnavailable } from './database-unavailable.ts'

/** null when the error does not come from the database. */
export function toDatabaseAdvice(error: unknown): string | null {
  if (error instanceof DatabaseUnavailable) return error.message
  const code = toCode(error)
  if (!code.startsWith('SQLITE')) return null
  if (code === 'SQLITE_FULL') return 'The disk on which the history lies is full: make room.'
  if (code === 'SQLITE_BUSY') {
    return 'Another program holds the database of the history. Wait until it is done, or end it.'
  }
  if (isDamage(error)) return `The history is damaged (${code}). ${damageAdvice}`
  return `The database refused (${code}). Is its file writable? See DATABASE_URL.`
}

/** What to do when the history could not be opened; the caller has said why. */
export function toOpenAdvice(error: unknown): string {
  if (isDamage(error)) return damageAdvice
  if (isHalfMade(error)) return halfMadeAdvice
  return 'Check that the path can be written and its disk has room, or set DATABASE_URL to another file.'
}

/** The rows are not those that the app wrote, so that every further attempt would fail too. */
export function isChanged(error: unknown): boolean {
  return toCode(error).startsWith('SQLITE_CONSTRAINT')
}

/** A start was ended between two migrations, before they were one transaction; or another program made the tables. */
function isHalfMade(error: unknown): boolean {
  return toCode(error) === 'SQLITE_ERROR' && /already exists|duplicate column name/.test(String(error))
}

const halfMadeAdvice =
  'Its tables are not those of any version: a start was ended while it changed them, or another program made them. Move the file (DATABASE_URL) away, and put a copy from before in its place; without one, a new history begins.'

const damageAdvice =
  'Stop the app and move the file (DATABASE_URL) away: a new history begins. `sqlite3 <file> .recover` saves what can still be read.'

function toCode(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}
