/**
 * What was spent and is reserved in each period, in memory. The number of counters is bounded, because callers could
 * come under ever new names: counters of ended periods are dropped first, and if that is not enough, all new subjects
 * share one counter for each count and period. So nobody can spend more than a budget.
 */
import { endOf, startOf } from '../books/period.ts'
import type { Count, Spent } from '../books/spending.ts'

export interface Counter {
  readonly count: Count
  readonly startsAtMs: number
  /** null: the period never ends. */
  readonly endsAtMs: number | null
  /** As JSON, in the order of the count's `per`. */
  readonly subject: string
  spent: bigint
  reserved: bigint
}

export interface Counters {
  /** The counter of the period that contains this moment. */
  find(count: Count, subject: string, atMs: number): Counter
  /** Sets what was spent under these counts in such periods to 0, because the books are asked for all of it. */
  reset(counts: readonly Count[], isMeant: (name: string, startsAtMs: number) => boolean): void
  /** Adds what was spent before, as the books say. */
  load(counts: readonly Count[], spent: readonly Spent[]): void
  /** The counters of periods that have begun and not ended. */
  list(nowMs: number): Counter[]
}

/** How long counters are kept after their period: a call with a slow body arrives in one and reserves in the next. */
const graceMs = 600_000
/** The subject of shared counters. */
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
    reset(counts, isMeant) {
      const names = new Set(counts.map(({ name }) => name))
      for (const counter of counters.values()) {
        const { count, startsAtMs } = counter
        if (names.has(count.name) && isMeant(count.name, startsAtMs)) counter.spent = 0n
      }
    },
    load(counts, spent) {
      for (const { count: name, subject, startsAtMs, pico } of spent) {
        const count = counts.find((each) => each.name === name)
        if (count) at(count, subject, startsAtMs, startsAtMs).spent += pico
      }
    },
    list: (nowMs) =>
      [...counters.values()].filter(
        // A clock that was ahead for a while has left counters of periods to come.
        ({ startsAtMs, endsAtMs }) => startsAtMs <= nowMs && (endsAtMs === null || endsAtMs > nowMs),
      ),
  }
}

function dropEnded(counters: Map<string, Counter>, nowMs: number): void {
  for (const [key, { endsAtMs, reserved }] of counters) {
    if (endsAtMs !== null && endsAtMs + graceMs < nowMs && reserved === 0n) counters.delete(key)
  }
}
