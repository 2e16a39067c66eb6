/**
 * What was spent before this process counted it itself: the books are asked for it, once for each count. They answer for
 * its current period and later ones. When the clock is then set back into an earlier period, they are asked again:
 * nobody should spend a budget twice because the clock was wrong while the gateway started.
 */
import type { Books } from '../books/books.ts'
import { startOf } from '../books/period.ts'
import type { Count } from '../books/spending.ts'
import type { Counter, Counters } from './counters.ts'

export interface SpentBefore {
  /** What is counted now, also for rules that are only prepared. */
  counts(): readonly Count[]
  /** From now on these are counted. Resolves when the books have answered, or could not; then they are asked again. */
  load(wanted: readonly Count[]): Promise<void>
  /** Whether the books have answered for the count of this name. */
  has(name: string): boolean
  /** Whether they have for this period of it. If the clock was set back too far for that, they are asked now. */
  knows(counter: Counter): boolean
  close(): void
}

export interface SpentBeforeOptions {
  books: Pick<Books, 'watch'>
  counters: Pick<Counters, 'reset' | 'load'>
  retryMs: number
}

export function createSpentBefore({ books, counters, retryMs }: SpentBeforeOptions): SpentBefore {
  let counts: readonly Count[] = []
  /** The name of a count for which the books have answered → the start of the first period of their answer. */
  let known: ReadonlyMap<string, number> = new Map()
  let retry: NodeJS.Timeout | undefined
  let asked = 0
  let isAskingAgain = false

  const load = async (wanted: readonly Count[]): Promise<void> => {
    const number = ++asked
    clearTimeout(retry)
    const before = known
    const knownFromMs = (name: string) => before.get(name) ?? Number.POSITIVE_INFINITY
    const isNew = (name: string, startsAtMs: number) => startsAtMs < knownFromMs(name)
    let askedAtMs = 0
    try {
      const spent = await books.watch(wanted, (nowMs) => {
        counts = wanted
        askedAtMs = nowMs
        // A dropped count no longer grows in memory: if it comes back, the books are asked for all of it.
        known = new Map([...before].filter(([name]) => wanted.some((count) => count.name === name)))
        counters.reset(wanted, isNew)
      })
      // A later question was asked meanwhile: its answer contains all of this one.
      if (number !== asked) return
      counters.load(
        wanted,
        spent.filter(({ count, startsAtMs }) => isNew(count, startsAtMs)),
      )
      const toKnown = ({ name, period }: Count) =>
        [name, Math.min(startOf(period, askedAtMs), knownFromMs(name))] as const
      known = new Map(wanted.map(toKnown))
      isAskingAgain = false
    } catch {
      // The counters in memory stay right; only what was spent before is missing.
      if (number === asked) retry = setTimeout(load, retryMs, wanted).unref()
    }
  }
  const askAgain = () => {
    if (isAskingAgain) return
    isAskingAgain = true
    void load(counts)
  }
  return {
    counts: () => counts,
    load,
    has: (name) => known.has(name),
    knows({ count, startsAtMs }) {
      const fromMs = known.get(count.name)
      if (fromMs === undefined || startsAtMs >= fromMs) return fromMs !== undefined
      askAgain()
      return false
    },
    close: () => clearTimeout(retry),
  }
}
