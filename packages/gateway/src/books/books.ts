/**
 * The books of the gateway: every call that is over, in a file of its own. A reader of the ledger that never makes a call
 * wait: records gather for a tenth of a second at most and go to a thread, which writes them in one transaction.
 *
 * What a crash loses are the calls of that tenth of a second. Where nothing can be written, the gateway serves on, says so,
 * and writes later what it could keep until then.
 */
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { GatewayError } from '../errors.ts'
import type { RecordReader } from '../ledger/ledger.ts'
import type { BooksCopy } from './copy-books.ts'
import type { Ask, Hold, Kept } from './messages.ts'
import { createOutbox, type OpenHold } from './outbox.ts'
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
  /**
   * Writes a copy beside the file. Everything that is over now is in it, unless it cannot be written: then it waits on. Rejects with why
   * there is none.
   */
  backup(): Promise<BooksCopy>
  /** Why nothing is written just now; null when all is well. */
  problem(): string | null
  /** Writes what is waiting. */
  close(): Promise<void>
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

/** A disk that takes nothing does not hold up the end of the gateway for longer. */
const closeMsMax = 5_000
/** Questions that roll up the books may take seconds each. */
const usagesMax = 4

export function createBooks(options: BooksOptions): Books {
  const { ask, end, clock, log, onLost, waitingMax = 100_000 } = options
  const outbox = createOutbox({ ask, clock, log })
  let isClosed = false
  let usages = 0
  let isBackingUp = false

  /** What waits. Its metric is read no more. */
  const lose = () => {
    const calls = outbox.waiting
    onLost(calls)
    if (calls > 0) log.error({ calls }, 'the gateway ends with calls that are in no books')
  }

  return {
    read(record) {
      // Refused before it was known whose it is: it cost nothing, and who has no key must not push out those who paid.
      if (record.identity === null) return
      if (record.hold) outbox.drop(record.hold)
      if (isClosed || outbox.waiting >= waitingMax) return onLost(1)
      outbox.add(record)
    },
    hold: outbox.open,
    watch: (counts, onAsked) =>
      outbox.askAfterAll(() => {
        onAsked()
        return ask('watch', { counts: [...counts], nowMs: clock.date().getTime() })
      }),
    keep: outbox.keep,
    async usage(query) {
      if (usages >= usagesMax)
        throw new GatewayError('books_unavailable', tooManyUsages, { retryAfterMs: 1_000 })
      usages++
      try {
        return await outbox.askAfterAll(() => ask('usage', { query }))
      } finally {
        usages--
      }
    },
    async backup() {
      if (isBackingUp) throw new GatewayError('books_unavailable', backupRuns, { retryAfterMs: 1_000 })
      isBackingUp = true
      try {
        // The thread takes both in this order. What it answers to the first, the outbox sees to.
        void outbox.sendAll()
        return await ask('backup', { nowMs: clock.date().getTime() })
      } finally {
        isBackingUp = false
      }
    },
    problem: outbox.problem,
    async close() {
      if (isClosed) return
      isClosed = true
      outbox.stop()
      const isTimeUp = wait(closeMsMax)
      const closing = outbox.askAfterAll(() => ask('close', {})).catch(lose)
      await Promise.race([closing, isTimeUp.promise])
      isTimeUp.cancel()
      await end()
    },
  }
}

const tooManyUsages = `The books are answering ${usagesMax} questions already. Try again in a moment.`
const backupRuns = 'A backup is being made already. Ask again when it is done.'

function wait(ms: number): { promise: Promise<void>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  return { promise, cancel: () => clearTimeout(timer) }
}
