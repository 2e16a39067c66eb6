/**
 * Writes calls that have ended, and what they add to the sums of the counts, in one transaction: all or nothing. Calls
 * that are in the books already are skipped: if the thread dies between writing and answering, the next one is sent the
 * same calls again.
 */
import type { Database, Statement } from 'better-sqlite3'
import type { BookedAttempt, BookedCall, Hold } from './messages.ts'
import { startOf } from './period.ts'
import { type Count, toSubject, type Who } from './spending.ts'

export interface Writer {
  write(calls: readonly BookedCall[], holds: readonly Hold[], counts: readonly Count[]): void
  /** Adds to the sums of the counts only. */
  add(sums: Sums): void
}

/** The columns `count`, `starts_at_ms` and `subject` → pico-dollars. */
export type Sums = Map<string, { row: [string, number, string]; pico: bigint }>

/** SQLite's largest integer: 9.2 million US dollars, nine times the largest budget. Larger sums are stored as this. */
const spentMax = 2n ** 63n - 1n

export function createWriter(sqlite: Database, instance: string): Writer {
  const call = insert(sqlite, 'calls', callColumns)
  const attempt = insert(sqlite, 'attempts', attemptColumns)
  const hold = insert(sqlite, 'holds', holdColumns)
  const endHold = sqlite.prepare('delete from holds where request_id = ?')
  const spend = sqlite.prepare(
    `insert into spent (count, starts_at_ms, subject, pico) values (?, ?, ?, ?) on conflict do update set pico = min(pico, ${spentMax} - excluded.pico) + excluded.pico`,
  )

  const add = (sums: Sums) => {
    for (const { row, pico } of sums.values()) spend.run(...row, pico < spentMax ? pico : spentMax)
  }
  const write = (calls: readonly BookedCall[], holds: readonly Hold[], counts: readonly Count[]) => {
    const sums: Sums = new Map()
    for (const each of calls) {
      if (each.isHeld) endHold.run(each.requestId)
      const { lastInsertRowid, changes } = call.run(...toCallRow(each))
      if (changes === 0) continue
      for (const [number, tried] of each.attempts.entries()) {
        attempt.run(...toAttemptRow(lastInsertRowid, number, tried))
      }
      addTo(sums, each, counts)
    }
    for (const each of holds) hold.run(...toHoldRow(each, instance))
    add(sums)
  }
  return { write: sqlite.transaction(write), add }
}

/** Adds a call's cost to each count that applies to it, in the period in which the call arrived. */
export function addTo(sums: Sums, call: Spending, counts: readonly Count[]): void {
  const pico = call.attempts.reduce((sum, { costPico }) => sum + (costPico ?? 0), 0)
  if (pico === 0) return
  for (const count of counts) {
    const subject = toSubject(count, call)
    if (subject === null) continue
    const row: [string, number, string] = [count.name, startOf(count.period, call.atMs), subject]
    const key = row.join('\n')
    const sum = sums.get(key)
    if (sum) sum.pico += BigInt(pico)
    else sums.set(key, { row, pico: BigInt(pico) })
  }
}

/** The parts of a call that counting needs. */
export type Spending = Who & { atMs: number; attempts: readonly Pick<BookedAttempt, 'costPico'>[] }

type Cell = string | number | bigint | null

const callColumns =
  'request_id, at_ms, caller, tenant, tags, model, operation, outcome, status, stream, duration_ms'
const attemptColumns =
  'call_id, number, target, provider, model, outcome, status, input_tokens, output_tokens, reasoning_tokens, cached_tokens, cache_write_tokens, cost_pico, unpriced, estimated'
const holdColumns =
  'request_id, instance, at_ms, caller, tenant, tags, model, target, provider, operation, cost_pico'

function insert(sqlite: Database, table: string, columns: string): Statement<Cell[]> {
  const places = columns.replace(/\w+/g, '?')
  // Not `insert or ignore`, which would also skip a row with a missing value.
  return sqlite.prepare(`insert into ${table} (${columns}) values (${places}) on conflict do nothing`)
}

function toCallRow(call: BookedCall): Cell[] {
  const { requestId, atMs, caller, tenant, tags, model, operation, outcome, status, durationMs } = call
  return [
    requestId,
    atMs,
    caller,
    tenant,
    toText(tags),
    model,
    operation,
    outcome,
    status,
    Number(call.isStream),
    durationMs,
  ]
}

function toAttemptRow(callId: number | bigint, number: number, tried: BookedAttempt): Cell[] {
  return [
    callId,
    number,
    tried.target,
    tried.provider,
    tried.model,
    tried.outcome,
    tried.status,
    tried.inputTokens,
    tried.outputTokens,
    tried.reasoningTokens,
    tried.cachedTokens,
    tried.cacheWriteTokens,
    tried.costPico,
    Number(tried.isUnpriced),
    Number(tried.isEstimated),
  ]
}

function toHoldRow(hold: Hold, instance: string): Cell[] {
  const { requestId, atMs, caller, tenant, tags, model, target, provider, operation, costPico } = hold
  return [
    requestId,
    instance,
    atMs,
    caller,
    tenant,
    toText(tags),
    model,
    target,
    provider,
    operation,
    costPico,
  ]
}

function toText(tags: Readonly<Record<string, string>>): string | null {
  const text = JSON.stringify(tags)
  return text === '{}' ? null : text
}
