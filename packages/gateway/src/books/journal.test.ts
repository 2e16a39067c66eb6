/** The calls of a busy gateway between their arrival at the thread and the books. A crash is a copy of the open file. */
import { renameSync } from 'node:fs'
import { serialize } from 'node:v8'
import Database from 'better-sqlite3'
import { afterEach, expect, test, vi } from 'vitest'
import type { CallRecord } from '../ledger/record.ts'
import { all, hold, kept, nowMs, type OpenKeeper, perDay, useKeepers } from '../testing/keepers.ts'
import { type BooksThread, createBooksThread } from './books-thread.ts'
import type { Hold } from './messages.ts'
import { createPacker, type PackedCalls } from './packed-calls.ts'
import { dayMs } from './period.ts'

const { path, open, closeNewest, crash, columnIn } = useKeepers()
const threads: BooksThread[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const thread of threads.splice(0)) await thread.end()
})

/** Calls of one pico-dollar each. */
function pack(requestIds: readonly string[], more: Partial<CallRecord> = {}): PackedCalls[] {
  const packer = createPacker()
  const usage = { inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedTokens: null }
  const attempt = {
    ...{ target: 'm', provider: 'custom', responseModel: 'm', outcome: 'ok', status: 200, costUsd: 1e-12 },
    usage: { ...usage, cacheWriteTokens: null, source: 'usage' },
  }
  for (const requestId of requestIds) {
    const record = {
      ...{ requestId, arrivedAtMs: nowMs, identity: { id: 'a', tenant: null }, tags: {}, requestModel: 'm' },
      ...{ operation: 'chat', outcome: { kind: 'ok' }, status: 200, isStream: false, durationMs: 1 },
      ...{ hold: null, attempts: [attempt], ...more },
    }
    packer.add(record as unknown as CallRecord)
  }
  return [packer.take()]
}

const ids = (count: number, name = 'c') => Array.from({ length: count }, (_, index) => `${name}${index}`)
const note = (keeper: OpenKeeper, calls: PackedCalls[], holds: Hold[] = []) =>
  keeper.note({ calls, holds, kept, nowMs })
const spentOf = (pico: bigint) => [
  { count: 'caller|day', startsAtMs: nowMs - dayMs / 2, subject: '["a"]', pico },
]

test('what is asked of the books contains the calls of the journal', async () => {
  const keeper = open('books')
  expect(await keeper.watch({ counts: [perDay], nowMs })).toEqual([])
  await note(keeper, pack(ids(3)))
  await note(keeper, pack(['d']))
  expect(await keeper.watch({ counts: [perDay], nowMs })).toEqual(spentOf(4n))
  await note(keeper, pack(['e']))
  expect((await keeper.usage({ query: all })).total).toMatchObject({ calls: 5, costUsd: 5e-12 })
  await note(keeper, pack(['f']))
  expect((await keeper.backup({ nowMs })).calls).toBe(6)
})

test('a second after the first of them they are booked together', async () => {
  const keeper = open('books')
  await keeper.watch({ counts: [], nowMs })
  vi.useFakeTimers()
  await note(keeper, pack(ids(2)))
  await vi.advanceTimersByTimeAsync(999)
  await note(keeper, pack(['d']))
  expect(columnIn('books', 'select request_id from calls')).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(columnIn('books', 'select request_id from calls order by id')).toEqual(['c0', 'c1', 'd'])
  expect(columnIn('books', 'select id from journal')).toEqual([])
  await note(keeper, pack(['e']))
  await vi.advanceTimersByTimeAsync(1_000)
  expect(columnIn('books', 'select count(*) from calls')).toEqual([4])
})

test('calls that are written after those of the journal are booked after them', async () => {
  const keeper = open('books')
  await note(keeper, pack(ids(2)))
  await keeper.write({ calls: [], holds: [], nowMs })
  expect(columnIn('books', 'select request_id from calls order by id')).toEqual(['c0', 'c1'])
})

test('a kill loses none of them, and a call that had ended is not booked as interrupted', async () => {
  const held = { ...hold, requestId: 'held', costPico: 100 }
  const keeper = open('books')
  await keeper.watch({ counts: [perDay], nowMs })
  await note(keeper, pack(ids(2)), [held, { ...held, requestId: 'runs' }])
  await note(keeper, pack(['held'], { hold: { isSent: true } as CallRecord['hold'] }))
  crash('books', 'next')
  const next = open('next')
  expect(await next.watch({ counts: [perDay], nowMs })).toEqual(spentOf(103n))
  expect((await next.usage({ query: { ...all, by: ['outcome'] } })).rows).toMatchObject([
    { group: { outcome: 'interrupted' }, calls: 1 },
    { group: { outcome: 'ok' }, calls: 3 },
  ])
  // A thread that died before it could answer is sent the same calls again.
  await note(next, pack(['c1', 'held', 'new']))
  expect(await next.watch({ counts: [perDay], nowMs })).toEqual(spentOf(104n))
})

test('a stop books them', async () => {
  await note(open('books'), pack(ids(2)))
  await closeNewest()
  const file = new Database(path('books'))
  expect(file.prepare('select count(*) from calls').pluck().get()).toBe(2)
  file.close()
})

test('when they cannot be booked, the next note says why; when they can, nothing is missing', async () => {
  const keeper = open('books')
  await keeper.watch({ counts: [], nowMs })
  vi.useFakeTimers()
  await note(keeper, pack(ids(2)))
  renameSync(path('books'), path('aside'))
  await vi.advanceTimersByTimeAsync(1_000)
  await expect(note(keeper, pack(['d']))).rejects.toThrow('was removed or replaced')
  renameSync(path('aside'), path('books'))
  await note(keeper, pack(['d']))
  expect(columnIn('books', 'select request_id from calls')).toEqual(['c0', 'c1'])
  expect((await keeper.usage({ query: all })).total.calls).toBe(3)
})

test('a batch that cannot be read is set aside, and all others are booked', async () => {
  const keeper = open('books')
  await note(keeper, pack(['before']))
  crash('books', 'next')
  const broken = new Database(path('next'))
  const insert = broken.prepare('insert into journal (batch) values (?)')
  insert.run(Buffer.from('torn'))
  insert.run(serialize({ count: 1, numbers: new Float64Array(26), texts: ['of no call'] }))
  broken.close()
  const next = open('next')
  expect((await next.usage({ query: all })).total.calls).toBe(1)
  await note(next, pack(['after']))
  expect((await next.usage({ query: all })).total.calls).toBe(2)
  expect(columnIn('next', 'select id from journal where is_set_aside = 1')).toEqual([2, 3])
})

test('as many calls are forgotten as a whole second adds', async () => {
  const keeper = open('books')
  const few = { ...kept, callsMax: 10 }
  await keeper.note({ calls: pack(ids(3_000)), holds: [], kept: few, nowMs })
  expect((await keeper.usage({ query: all })).total.calls).toBe(10)
})

test('the thread books the calls of a quiet gateway at once, and notes those of a busy one', async () => {
  const thread = createBooksThread({ path: path('books'), instance: 'first' })
  threads.push(thread)
  const write = (calls: PackedCalls[]) => thread.ask('write', { calls, holds: [], kept, nowMs })
  await write(pack(ids(100)))
  expect(columnIn('books', 'select count(*) from calls')).toEqual([100])
  await write([...pack(ids(60, 'd')), ...pack(ids(41, 'e'))])
  expect(columnIn('books', 'select count(*) from journal')).toEqual([2])
  const { total } = await thread.ask('usage', { query: all })
  expect(total.calls).toBe(201)
  expect(columnIn('books', 'select count(*) from journal')).toEqual([0])
})
