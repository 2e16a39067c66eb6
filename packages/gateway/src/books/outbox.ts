/**
 * The records and holds that wait for the books. They gather for a tenth of a second at most, are sent one message at a
 * time, and are put back when the write failed.
 */
import type { Logger } from 'pino'
import { createBag, type Placed } from '../bag.ts'
import type { Clock } from '../clock.ts'
import type { CallRecord } from '../ledger/record.ts'
import type { Ask, Hold, Kept } from './messages.ts'
import { createPacker, type PackedCalls } from './packed-calls.ts'

export interface OpenHold extends Placed {
  readonly hold: Hold
  /** It was sent to the books, and may be in them. */
  isSent: boolean
  isOver: boolean
}

export interface Outbox {
  /** How many calls wait. */
  readonly waiting: number
  add(record: CallRecord): void
  open(hold: Hold): OpenHold
  /** The call of this hold has ended: if the hold was not sent yet, it never is. */
  drop(open: OpenHold): void
  keep(kept: Kept): void
  /** Sends all that is waiting, in this turn. Resolves to whether all of it was written. */
  sendAll(): Promise<boolean>
  /**
   * Sends all that is waiting, and asks in the same turn, so that no call comes between. The thread takes both in this
   * order, so nothing has to be awaited before the question: under load, records are always waiting. Rejects also when
   * what was waiting cannot be written.
   */
  askAfterAll<Answer>(question: () => Promise<Answer>): Promise<Answer>
  /** Why the books cannot be written just now; null when they can. */
  problem(): string | null
  /** From now on nothing is sent by timer, only on request. */
  stop(): void
}

export interface OutboxOptions {
  ask: Ask
  clock: Pick<Clock, 'date'>
  log: Logger
}

/** A kill -9 loses the records of `flushMs`. After a failure, the next attempt is made `retryMs` later. */
const timing = { flushMs: 100, retryMs: 1_000 }
/** Calls in one message. Only a gateway with more than fifty thousand a second sends more often than every `flushMs`. */
const batchMax = 5_000

export function createOutbox({ ask, clock, log }: OutboxOptions): Outbox {
  const newest = createPacker()
  /** Earlier ones: full packs, and those whose write failed. */
  const packed: PackedCalls[] = []
  let waiting = 0
  /** Holds of running calls. If a call ends before the next write, its hold is never written. */
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
  /** Resolves to whether the batch was written. */
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
      plan(timing.retryMs)
      return false
    }
  }
  const sendAll = async (): Promise<boolean> => {
    const areWritten = await Promise.all([sending, isEmpty() ? null : send(Number.POSITIVE_INFINITY)])
    return !areWritten.includes(false)
  }
  const noteProblem = (next: string | null) => {
    if (next !== null && problem === null) {
      log.error(
        { reason: next },
        'the books cannot be written; calls go on, and are recorded when the books can be written again',
      )
    } else if (next === null && problem !== null) log.info('the books can be written again')
    problem = next
  }
  const clearTimer = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }
  const flush = () => {
    clearTimer()
    sending = send(1).then((isWritten) => {
      sending = null
      plan(isWritten ? timing.flushMs : timing.retryMs)
      return isWritten
    })
  }
  /** Sends as soon as there is enough for a message, or `ms` from now. */
  const plan = (ms: number) => {
    if (hasStopped || sending !== null || isEmpty()) return
    if (problem === null && waiting >= batchMax) flush()
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
      // The number of holds is bounded by that of the running calls.
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
