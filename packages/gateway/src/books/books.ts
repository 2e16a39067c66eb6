/**
 * The books of the gateway: every call that is over, in a file of its own. A reader of the ledger that never makes a call
 * wait: records gather for a tenth of a second at most and go to a thread, which writes them in one transaction.
 *
 * What a crash loses are the calls of that tenth of a second. Where nothing can be written, the gateway serves on, says so,
 * and writes later what it could keep until then.
 */
import type { Logger } from 'pino'
import { createBag, type Placed } from '../bag.ts'
import type { Clock } from '../clock.ts'
import { GatewayError } from '../errors.ts'
import type { RecordReader } from '../ledger/ledger.ts'
import type { Ask, Hold, Kept } from './messages.ts'
import { createPacker, type PackedCalls } from './packed-calls.ts'
import type { Count, Spent } from './spending.ts'
import type { UsageAnswer, UsageQuery } from './usage-query.ts'

export interface Books {
  read: RecordReader
  /**
   * A call under a hard budget has begun: should the process be killed, this is what it cost. It ends with the call's record;
   * null where nothing is kept.
   */
  hold(hold: Hold): OpenHold | null
  /**
   * From now on these are counted, beside the calls; rejects when the books cannot be read or written. `onAsked` is called
   * between two calls: what was booked before is in the answer, what is booked after is not.
   */
  watch(counts: readonly Count[], onAsked: () => void): Promise<Spent[]>
  /** From now on so much is kept; until it is told, everything. */
  keep(kept: Kept): void
  /** Everything that is over now is in it. Rejects when the books cannot be read. */
  usage(query: UsageQuery): Promise<UsageAnswer>
  /** Why nothing is written just now; null when all is well. */
  problem(): string | null
  /** Writes what is waiting. */
  close(): Promise<void>
}

export interface OpenHold extends Placed {
  readonly hold: Hold
  /** Sent to the books, and perhaps in them. */
  isSent: boolean
  isOver: boolean
}

export interface BooksOptions {
  ask: Ask
  end(): Promise<void>
  clock: Pick<Clock, 'date'>
  log: Logger
  /** Records that are in no books and never will be. */
  onLost(records: number): void
  /** Waiting while the disk cannot take them: some 30 MB. What comes on top is lost, and counted. */
  waitingMax?: number
}

/** A tenth of a second is what a kill -9 takes; after a failure a second passes before the next try. */
const timing = { flushMs: 100, retryMs: 1_000, closeMsMax: 5_000 }
/** One message, and one transaction: some three milliseconds of the thread. */
const batchMax = 500
/** Questions that roll up the books may take seconds each. */
const usagesMax = 4

export function createBooks(options: BooksOptions): Books {
  const { ask, end, clock, log, onLost, waitingMax = 100_000 } = options
  const newest = createPacker()
  /** Those before: full, or sent in vain. */
  const packed: PackedCalls[] = []
  let waiting = 0
  /** Of calls that run; of those that are over before a write nothing ever stands in the books. */
  const unsent = createBag<OpenHold>()
  let sending: Promise<boolean> | null = null
  let timer: NodeJS.Timeout | null = null
  let problem: string | null = null
  let isClosed = false
  let usages = 0
  let kept: Kept = { keepDays: Number.POSITIVE_INFINITY, callsMax: Number.POSITIVE_INFINITY }

  const isEmpty = () => waiting === 0 && unsent.size === 0
  const pack = () => {
    if (newest.count > 0) packed.push(newest.take())
  }
  const take = (pages: number): Batch => {
    if (packed.length < pages) pack()
    const calls = packed.splice(0, pages)
    waiting -= sum(calls)
    const holds = unsent.take(pages * batchMax)
    for (const each of holds) each.isSent = true
    return { calls, holds }
  }
  const putBack = ({ calls, holds }: Batch) => {
    packed.unshift(...calls)
    waiting += sum(calls)
    for (const each of holds) {
      each.isSent = false
      if (!each.isOver) unsent.add(each)
    }
  }
  /** Resolves to whether it stands in the books. */
  const send = async (pages: number): Promise<boolean> => {
    const batch = take(pages)
    try {
      await ask('write', {
        calls: batch.calls,
        holds: batch.holds.map(({ hold }) => hold),
        kept,
        nowMs: clock.date().getTime(),
      })
      noteProblem(null)
      return true
    } catch (error) {
      putBack(batch)
      noteProblem((error as Error).message)
      return false
    }
  }
  const noteProblem = (next: string | null) => {
    if (next !== null && problem === null) {
      log.error({ reason: next }, 'the books cannot be written; calls go on, and are booked when they can be')
    } else if (next === null && problem !== null) log.info('the books are written again')
    problem = next
  }
  const flush = (): Promise<boolean> => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    sending ??= send(1).then((isWritten) => {
      sending = null
      plan(isWritten ? timing.flushMs : timing.retryMs)
      return isWritten
    })
    return sending
  }
  /** As soon as there is enough for a message, or something has waited so long. */
  const plan = (ms: number) => {
    if (isClosed || sending !== null || isEmpty()) return
    if (problem === null && waiting >= batchMax) void flush()
    else timer ??= setTimeout(flush, ms).unref()
  }
  /**
   * Writes all that is waiting, and asks in the same turn: no call comes between. The thread takes both in this order, so
   * nothing has to be waited for, which under load would never end.
   */
  const askAfterAll = async <Answer>(question: () => Promise<Answer>): Promise<Answer> => {
    const writes = [sending, isEmpty() ? null : send(Number.POSITIVE_INFINITY)]
    try {
      const [answer, ...areWritten] = await Promise.all([question(), ...writes])
      if (areWritten.includes(false)) throw new Error(problem ?? 'they cannot be written')
      noteProblem(null)
      return answer
    } catch (error) {
      noteProblem((error as Error).message)
      throw error
    }
  }

  return {
    read(record) {
      // Refused before it was known whose it is: it cost nothing, and who has no key must not push out those who paid.
      if (record.identity === null) return
      const { hold } = record
      if (hold) {
        hold.isOver = true
        unsent.delete(hold)
      }
      if (isClosed || waiting >= waitingMax) return onLost(1)
      newest.add(record)
      waiting++
      if (newest.count >= batchMax) pack()
      plan(timing.flushMs)
    },
    hold(hold) {
      // Bounded by the calls that run at once.
      const open: OpenHold = { hold, place: -1, isSent: false, isOver: false }
      unsent.add(open)
      plan(timing.flushMs)
      return open
    },
    watch: (counts, onAsked) =>
      askAfterAll(() => {
        onAsked()
        return ask('watch', { counts: [...counts], nowMs: clock.date().getTime() })
      }),
    keep({ keepDays, callsMax }) {
      kept = { keepDays, callsMax }
    },
    async usage(query) {
      if (usages >= usagesMax)
        throw new GatewayError('books_unavailable', tooManyUsages, { retryAfterMs: 1_000 })
      usages++
      try {
        return await askAfterAll(() => ask('usage', { query }))
      } finally {
        usages--
      }
    },
    problem: () => problem,
    async close() {
      if (isClosed) return
      isClosed = true
      if (timer !== null) clearTimeout(timer)
      const isTimeUp = wait(timing.closeMsMax)
      const closing = askAfterAll(() => ask('close', {})).catch(() => onLost(waiting))
      await Promise.race([closing, isTimeUp.promise])
      isTimeUp.cancel()
      await end()
    },
  }
}

interface Batch {
  calls: PackedCalls[]
  holds: OpenHold[]
}

function sum(calls: readonly PackedCalls[]): number {
  return calls.reduce((all, { count }) => all + count, 0)
}

const tooManyUsages = `The books are answering ${usagesMax} questions already. Try again in a moment.`

function wait(ms: number): { promise: Promise<void>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  return { promise, cancel: () => clearTimeout(timer) }
}
