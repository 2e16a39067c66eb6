/** How records are gathered and sent to the thread, which is replaced by the test. */

import { pino } from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import type { CallRecord } from '../ledger/record.ts'
import { createBooks } from './books.ts'
import type { Ask, Hold } from './messages.ts'
import type { OpenHold } from './outbox.ts'
import { type PackedCalls, unpackCalls } from './packed-calls.ts'

afterEach(() => vi.useRealTimers())

interface Write {
  calls: string[]
  held: string[]
  holds: string[]
}

function open(more: { waitingMax?: number } = {}) {
  vi.useFakeTimers()
  const writes: Write[] = []
  const lost: number[] = []
  const fate = { isFull: false, answers: Promise.resolve() }
  const logs: string[] = []
  const rollUp = Promise.withResolvers<null>()
  const ask = (async (kind: string, question: { calls: PackedCalls[]; holds: Hold[] }) => {
    const { isFull, answers } = fate
    if (kind === 'usage' && !isFull) return rollUp.promise
    if (kind !== 'write' && kind !== 'usage') return null
    await answers
    if (isFull) throw new Error('database or disk is full')
    const calls = question.calls.flatMap(unpackCalls)
    writes.push({
      calls: calls.map(({ requestId }) => requestId),
      held: calls.filter(({ isHeld }) => isHeld).map(({ requestId }) => requestId),
      holds: question.holds.map(({ requestId }) => requestId),
    })
    return null
  }) as Ask
  const books = createBooks({
    ask,
    end: async () => {},
    clock: { date: () => new Date(0) },
    log: pino({ base: null }, { write: (line) => void logs.push(JSON.parse(line).msg) }),
    onLost: (records) => lost.push(records),
    ...more,
  })
  return { books, writes, lost, fate, logs, rollUp }
}

const call = (requestId: string, hold: OpenHold | null = null) =>
  ({
    ...{ requestId, hold, identity: { id: 'a', tenant: null }, tags: {} },
    ...{ outcome: { kind: 'ok' }, attempts: [] },
  }) as unknown as CallRecord
const hold = (requestId: string) => ({ requestId }) as Hold
const names = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `c${from + index}`)

test('what ends within a tenth of a second is written together', async () => {
  const { books, writes } = open()
  books.read(call('a'))
  await vi.advanceTimersByTimeAsync(99)
  books.read(call('b'))
  expect(writes).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(writes.map(({ calls }) => calls)).toEqual([['a', 'b']])
})

test('five thousand calls are written at once', async () => {
  const { books, writes } = open()
  for (const name of names(12_000)) books.read(call(name))
  await vi.advanceTimersByTimeAsync(1)
  expect(writes.map(({ calls }) => calls.length)).toEqual([5_000, 5_000])
  await vi.advanceTimersByTimeAsync(100)
  expect(writes.flatMap(({ calls }) => calls)).toEqual(names(12_000))
})

test('a call shorter than a tenth of a second is never held; a longer one is, until it is booked', async () => {
  const { books, writes } = open()
  const short = books.hold(hold('short'))
  const long = books.hold(hold('long'))
  books.read(call('short', short))
  await vi.advanceTimersByTimeAsync(100)
  books.read(call('long', long))
  await vi.advanceTimersByTimeAsync(100)
  expect(writes).toEqual([
    { calls: ['short'], held: [], holds: ['long'] },
    { calls: ['long'], held: ['long'], holds: [] },
  ])
})

test('a hold is written though no call ends', async () => {
  const { books, writes } = open()
  books.hold(hold('a'))
  await vi.advanceTimersByTimeAsync(100)
  expect(writes).toEqual([{ calls: [], held: [], holds: ['a'] }])
})

test('the hold of a call that ends while it cannot be written never is; a second later its record is', async () => {
  const { books, writes, fate } = open()
  const answers = Promise.withResolvers<void>()
  Object.assign(fate, { isFull: true, answers: answers.promise })
  const held = books.hold(hold('a'))
  await vi.advanceTimersByTimeAsync(100)
  books.read(call('a', held))
  answers.resolve()
  await vi.advanceTimersByTimeAsync(0)
  fate.isFull = false
  await vi.advanceTimersByTimeAsync(999)
  expect(writes).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(writes).toEqual([{ calls: ['a'], held: ['a'], holds: [] }])
})

test('a full disk is logged once, and what could be kept is written when there is room', async () => {
  const { books, writes, fate, logs, lost } = open()
  fate.isFull = true
  const b = books.hold(hold('b'))
  books.hold(hold('c'))
  books.read(call('a'))
  await vi.advanceTimersByTimeAsync(3_000)
  books.read(call('b', b))
  expect([books.problem(), logs]).toEqual([
    'database or disk is full',
    ['the books cannot be written; calls go on, and are recorded when the books can be written again'],
  ])
  fate.isFull = false
  await vi.advanceTimersByTimeAsync(1_000)
  await vi.advanceTimersByTimeAsync(100)
  // The batch that failed is sent first, unchanged.
  expect(writes).toEqual([
    { calls: ['a'], held: [], holds: ['c'] },
    { calls: ['b'], held: [], holds: [] },
  ])
  expect([books.problem(), logs.at(-1), lost]).toEqual([null, 'the books can be written again', []])
})

test('a write that fails after the one before it succeeded is tried again without another call', async () => {
  const { books, writes, fate, rollUp } = open()
  rollUp.resolve(null)
  books.read(call('a'))
  vi.advanceTimersByTime(100)
  const answers = Promise.withResolvers<void>()
  Object.assign(fate, { isFull: true, answers: answers.promise })
  books.read(call('b'))
  const asked = expect(books.usage({ by: [], fromMs: null, toMs: null, offset: 0 })).rejects.toThrow('full')
  await vi.advanceTimersByTimeAsync(1)
  fate.isFull = false
  answers.resolve()
  await asked
  await vi.advanceTimersByTimeAsync(1_000)
  expect(writes.map(({ calls }) => calls)).toEqual([['a'], ['b']])
  expect(books.problem()).toBeNull()
})

test('a question that was asked while a write was on its way has no answer without what that would have written', async () => {
  const { books, fate, rollUp } = open()
  rollUp.resolve(null)
  const answers = Promise.withResolvers<void>()
  Object.assign(fate, { isFull: true, answers: answers.promise })
  books.read(call('a'))
  await vi.advanceTimersByTimeAsync(100)
  fate.isFull = false
  const asked = expect(books.usage({ by: [], fromMs: null, toMs: null, offset: 0 })).rejects.toThrow('full')
  answers.resolve()
  await asked
})

test('a disk that stays full costs a bounded amount of memory, and what is lost is counted', async () => {
  const { books, writes, fate, lost } = open({ waitingMax: 1_000 })
  fate.isFull = true
  books.read(call('first'))
  await vi.advanceTimersByTimeAsync(100)
  for (const name of names(1_002)) books.read(call(name))
  expect(lost).toEqual([1, 1, 1])
  await vi.advanceTimersByTimeAsync(1_000)
  fate.isFull = false
  await vi.advanceTimersByTimeAsync(6_000)
  expect(writes.flatMap(({ calls }) => calls)).toEqual(['first', ...names(999)])
})

test('one message is sent at a time, however soon there is enough for it', async () => {
  const { books, writes, fate } = open()
  const answers = Promise.withResolvers<void>()
  fate.answers = answers.promise
  for (const name of names(5_001)) books.read(call(name))
  await vi.advanceTimersByTimeAsync(1_000)
  answers.resolve()
  await vi.advanceTimersByTimeAsync(0)
  expect(writes.map(({ calls }) => calls.length)).toEqual([5_000])
  await vi.advanceTimersByTimeAsync(100)
  expect(writes.map(({ calls }) => calls.length)).toEqual([5_000, 1])
})

test('what could not be written when the gateway ends is counted as lost, and not written later', async () => {
  const { books, writes, fate, lost, logs } = open()
  fate.isFull = true
  books.read(call('a'))
  await books.close()
  expect([lost, logs.at(-1)]).toEqual([
    [1],
    'the gateway ends, and the books lack calls that could not be written',
  ])
  fate.isFull = false
  await vi.advanceTimersByTimeAsync(10_000)
  expect(writes).toEqual([])
})

test('closing writes what is waiting, and a second time does nothing', async () => {
  const { books, writes, lost } = open()
  for (const name of names(700)) books.read(call(name))
  await Promise.all([books.close(), books.close()])
  expect(writes.flatMap(({ calls }) => calls)).toEqual(names(700))
  expect(vi.getTimerCount()).toBe(0)
  books.read(call('late'))
  expect(lost).toEqual([1])
})

test('a disk that never answers holds up the end for five seconds', async () => {
  const { books, fate } = open()
  fate.answers = Promise.withResolvers<void>().promise
  books.read(call('a'))
  let isClosed = false
  const closed = books.close().then(() => {
    isClosed = true
  })
  await vi.advanceTimersByTimeAsync(4_999)
  expect(isClosed).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  await closed
})

test('a question without an answer is a problem of the books, until one has an answer', async () => {
  const { books, fate, rollUp } = open()
  const ask = () => books.usage({ by: [], fromMs: null, toMs: null, offset: 0 })
  rollUp.resolve(null)
  fate.isFull = true
  await expect(ask()).rejects.toThrow('full')
  expect(books.problem()).toBe('database or disk is full')
  fate.isFull = false
  await ask()
  expect(books.problem()).toBeNull()
})

test('no more than four questions are answered at a time', async () => {
  const { books, rollUp } = open()
  const ask = () => books.usage({ by: [], fromMs: null, toMs: null, offset: 0 })
  const asked = Array.from({ length: 4 }, ask)
  await expect(ask()).rejects.toMatchObject({ code: 'books_unavailable', retryAfterMs: 1_000 })
  rollUp.resolve(null)
  await Promise.all(asked)
  await ask()
})
