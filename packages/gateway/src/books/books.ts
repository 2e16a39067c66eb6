/**
 * The books of the gateway record every call that has ended, in a file of their own. They read the ledger and make no
 * call wait: records are gathered for a tenth of a second at most, and a thread writes them in one transaction.
 *
 * A crash loses the calls of that tenth of a second. While the file cannot be written, the gateway serves calls, logs
 * the reason, and keeps up to `waitingMax` records to write them later.
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
   * A call under a hard budget has begun. If the process is killed, the call is recorded with this cost. The hold ends
   * with the call's record; null without books.
   */
  hold(hold: Hold): OpenHold | null
  /**
   * From now on the books keep these counts, and no others. Rejects when they cannot be read or written. `onAsked` is
   * called at the moment of the question: the answer contains the records read before it, and none read after it. It is
   * about the period of each count that contains this moment, and the later ones.
   */
  watch(counts: readonly Count[], onAsked: (nowMs: number) => void): Promise<Spent[]>
  /** Sets how much is kept from now on. Before the first call everything is kept. */
  keep(kept: Kept): void
  /** The answer contains every call that has ended by now. Rejects when the books cannot be read. */
  usage(query: UsageQuery): Promise<UsageAnswer>
  /**
   * Writes a copy beside the file. It contains every call that has ended by now, except records that could not be
   * written yet. Rejects with the reason if there is no copy.
   */
  backup(): Promise<BooksCopy>
  /** Why the books cannot be written just now; null when they can. */
  problem(): string | null
  /** Writes the records that are waiting. */
  close(): Promise<void>
}

export interface BooksOptions {
  ask: Ask
  end(): Promise<void>
  clock: Pick<Clock, 'date'>
  log: Logger
  /** So many records are missing in the books for good. */
  onLost(records: number): void
  /** How many records can wait while the file cannot be written: some 30 MB. Further ones are lost, and counted. */
  waitingMax?: number
}

/** How long a disk that cannot be written can delay the end of the gateway. */
const closeMsMax = 5_000
/** Questions for the usage at one time: each can take seconds. */
const usagesMax = 4

export function createBooks(options: BooksOptions): Books {
  const { ask, end, clock, log, onLost, waitingMax = 100_000 } = options
  const outbox = createOutbox({ ask, clock, log })
  let isClosed = false
  let usages = 0
  let isBackingUp = false

  /** Counts the waiting records as lost. They are logged too, because nobody reads the metric any more. */
  const lose = () => {
    const calls = outbox.waiting
    onLost(calls)
    if (calls > 0)
      log.error({ calls }, 'the gateway ends, and the books lack calls that could not be written')
  }

  return {
    read(record) {
      // Refused before its caller was known: it cost nothing, and such calls must not push paid ones out of the books.
      if (record.identity === null) return
      if (record.hold) outbox.drop(record.hold)
      if (isClosed || outbox.waiting >= waitingMax) return onLost(1)
      outbox.add(record)
    },
    hold: outbox.open,
    watch: (counts, onAsked) =>
      outbox.askAfterAll(() => {
        const nowMs = clock.date().getTime()
        onAsked(nowMs)
        return ask('watch', { counts: [...counts], nowMs })
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
        // The thread takes both in this order. The outbox deals with the answer to the first.
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
