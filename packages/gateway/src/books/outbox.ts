/**
 * What waits for the books: gathers for a tenth of a second at most, goes in one message at a time, and comes back when it
 * was sent in vain.
 */
import type { Logger } from 'pino'
import { createBag, type Placed } from '../bag.ts'
import type { Clock } from '../clock.ts'
import type { CallRecord } from '../ledger/record.ts'
import type { Ask, Hold, Kept } from './messages.ts'
import { createPacker, type PackedCalls } from './packed-calls.ts'

export interface OpenHold extends Placed {
  readonly hold: Hold
  /** Sent to the books, and perhaps in them. */
  isSent: boolean
  isOver: boolean
}

export interface Outbox {
  /** Calls that wait. */
  readonly waiting: number
  add(record: CallRecord): void
  open(hold: Hold): OpenHold
  /** Its call is over: what was not sent yet never is. */
  drop(open: OpenHold): void
  keep(kept: Kept): void
  /** Sends all that is waiting, in this turn. Resolves to whether it stands in the books. */
  sendAll(): Promise<boolean>
  /**
   * Sends all that is waiting, and asks in the same turn: no call comes between. The thread takes both in this order, so
   * nothing has to be waited for, which under load would never end. Rejects too when what was waiting cannot be written.
   */
  askAfterAll<Answer>(question: () => Promise<Answer>): Promise<Answer>
  /** Why nothing is written just now; null when all is well. */
  problem(): string | null
  /** From now on it sends only when asked to. */
  stop(): void
}

export interface OutboxOptions {
  ask: Ask
  clock: Pick<Clock, 'date'>
  log: Logger
}

/** A tenth of a second is what a kill -9 takes; after a failure a second passes before the next try. */
const timing = { flushMs: 100, retryMs: 1_000 }
/** One message, and one transaction: some three milliseconds of the thread. */
const batchMax = 500

export function createOutbox({ ask, clock, log }: OutboxOptions): Outbox {
  const newest = createPacker()
  /** Those before: full, or sent in vain. */
  const packed: PackedCalls[] = []
  let waiting = 0
  /** Of calls that run; of those that are over before a write nothing ever stands in the books. */
  const unsent = createBag<OpenHold>()
  let sending: Promise<boolean> | null = null
  let timer: NodeJS.Timeout | null = null
  let problem: string | null = null
  let hasStopped = false
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
  const sendAll = async (): Promise<boolean> => {
    const areWritten = await Promise.all([sending, isEmpty() ? null : send(Number.POSITIVE_INFINITY)])
    return !areWritten.includes(false)
  }
  const noteProblem = (next: string | null) => {
    if (next !== null && problem === null) {
      log.error({ reason: next }, 'the books cannot be written; calls go on, and are booked when they can be')
    } else if (next === null && problem !== null) log.info('the books are written again')
    problem = next
  }
  const clearTimer = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }
  const flush = (): Promise<boolean> => {
    clearTimer()
    sending ??= send(1).then((isWritten) => {
      sending = null
      plan(isWritten ? timing.flushMs : timing.retryMs)
      return isWritten
    })
    return sending
  }
  /** As soon as there is enough for a message, or something has waited so long. */
  const plan = (ms: number) => {
    if (hasStopped || sending !== null || isEmpty()) return
    if (problem === null && waiting >= batchMax) void flush()
    else timer ??= setTimeout(flush, ms).unref()
  }

  return {
    get waiting() {
      return waiting
    },
    add(record) {
      newest.add(record)
      waiting++
      if (newest.count >= batchMax) pack()
      plan(timing.flushMs)
    },
    open(hold) {
      // Bounded by the calls that run at once.
      const open: OpenHold = { hold, place: -1, isSent: false, isOver: false }
      unsent.add(open)
      plan(timing.flushMs)
      return open
    },
    drop(open) {
      open.isOver = true
      unsent.delete(open)
    },
    keep({ keepDays, callsMax }) {
      kept = { keepDays, callsMax }
    },
    sendAll,
    async askAfterAll(question) {
      const writing = sendAll()
      try {
        const [answer, isWritten] = await Promise.all([question(), writing])
        if (!isWritten) throw new Error(problem ?? 'they cannot be written')
        noteProblem(null)
        return answer
      } catch (error) {
        noteProblem((error as Error).message)
        throw error
      }
    },
    problem: () => problem,
    stop() {
      hasStopped = true
      clearTimer()
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
