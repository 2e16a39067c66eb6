/**
 * What is spent and reserved in each period, in memory. Bounded, so that callers who come under ever new names cannot fill
 * it: counters of periods that are over go first, and where all are needed newcomers share one for each count and period.
 * Nobody gets more than a budget by it.
 */
import { endOf, startOf } from '../books/period.ts'
import type { Count, Spent } from '../books/spending.ts'

export interface Counter {
  readonly count: Count
  readonly startsAtMs: number
  /** null: it never ends. */
  readonly endsAtMs: number | null
  /** As JSON, in the order of the count's `per`. */
  readonly subject: string
  spent: bigint
  reserved: bigint
}

export interface Counters {
  /** Of the period that this moment lies in. */
  find(count: Count, subject: string, atMs: number): Counter
  /** Of these everything is forgotten that was spent: the books are asked for all of it. */
  reset(counts: readonly Count[]): void
  /** What the books say was spent before. */
  load(counts: readonly Count[], spent: readonly Spent[]): void
  /** Of periods that are not over. */
  list(nowMs: number): Counter[]
}

/** A call may arrive in one period and reserve in the next: its body took so long. */
const graceMs = 600_000
/** Whom the shared counters stand for. */
export const others = '["(others)"]'

export function createCounters(countersMax = 20_000): Counters {
  const counters = new Map<string, Counter>()
  let droppedAtMs = Number.NEGATIVE_INFINITY

  const at = (count: Count, subject: string, startsAtMs: number, nowMs: number): Counter => {
    const key = `${count.name}\n${startsAtMs}\n${subject}`
    const known = counters.get(key)
    if (known) return known
    if (counters.size >= countersMax && nowMs - droppedAtMs >= graceMs) {
      droppedAtMs = nowMs
      dropEnded(counters, nowMs)
    }
    if (counters.size >= countersMax && subject !== others) return at(count, others, startsAtMs, nowMs)
    const endsAtMs = endOf(count.period, startsAtMs)
    const counter = { count, startsAtMs, endsAtMs, subject, spent: 0n, reserved: 0n }
    counters.set(key, counter)
    return counter
  }
  return {
    find: (count, subject, atMs) => at(count, subject, startOf(count.period, atMs), atMs),
    reset(counts) {
      const names = new Set(counts.map(({ name }) => name))
      for (const counter of counters.values()) if (names.has(counter.count.name)) counter.spent = 0n
    },
    load(counts, spent) {
      for (const { count: name, subject, startsAtMs, pico } of spent) {
        const count = counts.find((each) => each.name === name)
        if (count) at(count, subject, startsAtMs, startsAtMs).spent += pico
      }
    },
    list: (nowMs) => [...counters.values()].filter(({ endsAtMs }) => endsAtMs === null || endsAtMs > nowMs),
  }
}

function dropEnded(counters: Map<string, Counter>, nowMs: number): void {
  for (const [key, { endsAtMs, reserved }] of counters) {
    if (endsAtMs !== null && endsAtMs + graceMs < nowMs && reserved === 0n) counters.delete(key)
  }
}
