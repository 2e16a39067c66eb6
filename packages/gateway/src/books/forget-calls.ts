/** What the books delete: calls that are too old or too many, and the sums of periods that are long over. */
import type { Database } from 'better-sqlite3'
import type { Kept } from './messages.ts'
import { dayMs } from './period.ts'

/**
 * Calls deleted per write, of the too old as of the too many: four times as many as it added, so that too large books
 * shrink, and at least so many.
 */
const forgottenMin = 2_000

/** Deletes calls that are too old or too many, the oldest first. The sums of the counts still contain them. */
export function forgetCalls(
  sqlite: Database,
  { keepDays, callsMax }: Kept,
  { nowMs, added }: { nowMs: number; added: number },
): void {
  const { first, last, atMs } = sqlite
    .prepare(
      // Each subquery is one look into the index; `min` and `max` in one query would read the whole table.
      'select (select min(id) from calls) as first, (select max(id) from calls) as last, (select min(at_ms) from calls) as atMs',
    )
    .get() as { first: number | null; last: number; atMs: number }
  const keepFromMs = nowMs - keepDays * dayMs
  if (first === null || (atMs >= keepFromMs && last - first < callsMax)) return
  const forgottenMax = Math.max(forgottenMin, 4 * added)
  // Each is found by its index. With one condition for both, SQLite would read the whole table for the last few.
  sqlite
    .prepare('delete from calls where id in (select id from calls where id <= ? order by id limit ?)')
    .run(last - callsMax, forgottenMax)
  sqlite
    .prepare('delete from calls where id in (select id from calls where at_ms < ? order by at_ms limit ?)')
    .run(keepFromMs, forgottenMax)
}

/** A month, and another one in which its last calls can still end. */
const longestPeriodMs = 62 * dayMs

/** Deletes the sums of periods that ended long ago. A total begins at 0, and never ends. */
export function sweepSums(sqlite: Database, nowMs: number): void {
  sqlite.prepare('delete from spent where starts_at_ms > 0 and starts_at_ms < ?').run(nowMs - longestPeriodMs)
}
