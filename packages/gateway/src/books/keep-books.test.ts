/** The file itself, without the thread: what it counts, and what is deleted. */
import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { all, hold, nowMs, perDay, toCall, useKeepers } from '../testing/keepers.ts'
import type { BookedCall } from './messages.ts'
import { dayMs } from './period.ts'
import { toCount } from './spending.ts'

const { path, open, closeNewest, columnIn, change } = useKeepers()

test('what is written during a backup is in it too; a stop gives a backup up and leaves nothing of it', async () => {
  const books = open('books')
  const toCalls = (name: string) => Array.from({ length: 5_000 }, (_, index) => toCall(`${name}-${index}`, 1))
  await books.write({ calls: toCalls('before'), holds: [], nowMs })
  let isMade = false
  const making = books.backup({ nowMs }).finally(() => {
    isMade = true
  })
  let written = 0
  while (!isMade) {
    await books.write({ calls: [toCall(`meanwhile-${written++}`, 1)], holds: [], nowMs })
    // The backup makes its next step in this turn.
    await setImmediate()
  }
  const { file, calls } = await making
  // There were several steps. The last write may have come after the last of them.
  expect(written).toBeGreaterThan(3)
  expect([5_000 + written, 5_000 + written - 1]).toContain(calls)
  const copy = new Database(path(file), { readonly: true })
  expect(copy.pragma('integrity_check', { simple: true })).toBe('ok')
  copy.close()

  const stopped = expect(books.backup({ nowMs: nowMs + 1_000 })).rejects.toThrow('the gateway stops')
  await books.write({ calls: [toCall('last', 1)], holds: [], nowMs })
  await books.close({})
  await stopped
  expect(readdirSync(dirname(path('books'))).sort()).toEqual(['books', file])
})

test('a sum of more than 64 bits is stored as the largest integer, and the books go on', async () => {
  const books = open('books')
  await books.watch({ counts: [perDay], nowMs })
  const dearest = 2 ** 62
  const calls = (...ids: string[]) => ids.map((id) => toCall(id, dearest))
  await books.write({ calls: calls('a', 'b', 'c'), holds: [], nowMs })
  await books.write({ calls: [...calls('d'), toCall('e', 7)], holds: [], nowMs })
  const spent = { count: 'caller|day', startsAtMs: nowMs - dayMs / 2, subject: '["a"]', pico: 2n ** 63n - 1n }
  expect(await books.watch({ counts: [perDay], nowMs })).toEqual([spent])
  const inTotal = toCount(['caller'], 'total')
  expect(await books.watch({ counts: [inTotal], nowMs })).toMatchObject([{ pico: spent.pico }])
  const { total } = await books.usage({ query: all })
  expect(total.costUsd).toBeCloseTo((4 * dearest) / 1e12, 0)
})

test('books that could not be read once are opened again by the next question', async () => {
  await open('books').watch({ counts: [perDay], nowMs })
  await closeNewest()
  change('books', 'alter table counts rename to elsewhere')
  const keeper = open('books')
  await expect(keeper.watch({ counts: [perDay], nowMs })).rejects.toThrow('no such table: counts')
  change('books', 'alter table elsewhere rename to counts')
  expect(await keeper.watch({ counts: [perDay], nowMs })).toEqual([])
})

test('a count that was dropped for a while is computed from the calls when it comes back', async () => {
  const keeper = open('books')
  const spentAfter = async (requestId: string, counts: (typeof perDay)[]) => {
    await keeper.write({ calls: [toCall(requestId, 3)], holds: [], nowMs })
    return keeper.watch({ counts, nowMs })
  }
  expect(await spentAfter('a', [perDay])).toMatchObject([{ pico: 3n }])
  expect(await spentAfter('b', [])).toEqual([])
  expect(await spentAfter('c', [perDay])).toMatchObject([{ pico: 9n }])
})

test('sums beyond nine million dollars are exact', async () => {
  const keeper = open('books')
  const dear = 9_007_199_254_740_991
  const calls = Array.from({ length: 1_500 }, (_, index) => toCall(`r${index}`, dear))
  await keeper.write({ calls, holds: [], nowMs })
  expect((await keeper.usage({ query: all })).total.costUsd).toBe(13_510_798.882111486)
})

test('old calls are forgotten, and so are the oldest of too many; what is counted stays', async () => {
  const keeper = open('books', { keepDays: 30, callsMax: 10 })
  const total = toCount(['caller'], 'total')
  await keeper.watch({ counts: [total], nowMs })
  const old = toCall('old', 1, { atMs: nowMs - 31 * dayMs })
  const calls = Array.from({ length: 15 }, (_, index) => toCall(`r${index}`, 1))
  await keeper.write({ calls: [old, ...calls], holds: [], nowMs })
  expect((await keeper.usage({ query: all })).total.calls).toBe(10)
  await keeper.write({ calls: [toCall('newest', 1)], holds: [], nowMs })
  expect((await keeper.usage({ query: all })).total.calls).toBe(10)
  expect(await keeper.watch({ counts: [total], nowMs })).toMatchObject([{ pico: 17n }])
})

test('a call that a clock ahead of time put into another year keeps no old ones in the books', async () => {
  const keeper = open('books', { keepDays: 30, callsMax: 10 })
  const ahead = toCall('ahead', 1, { atMs: nowMs + 400 * dayMs })
  const old = toCall('old', 1, { atMs: nowMs - 31 * dayMs })
  await keeper.write({ calls: [ahead, old, toCall('new', 1)], holds: [], nowMs })
  expect((await keeper.usage({ query: all })).total.calls).toBe(2)
})

test('the dearest come first, to the last pico-dollar, then those with most calls, then by their names', async () => {
  const keeper = open('books')
  const calls = ['e', 'd', 'c', 'd', 'a', 'b'].map((caller, index) =>
    toCall(`r${index}`, { a: 3, b: 5 }[caller] ?? 0, { caller }),
  )
  await keeper.write({ calls, holds: [], nowMs })
  const { rows } = await keeper.usage({ query: { ...all, by: ['caller'] } })
  expect(rows.map(({ group }) => group.caller)).toEqual(['b', 'a', 'd', 'c', 'e'])
})

test('of too many subjects those who spent most are told', async () => {
  const keeper = open('books')
  await keeper.watch({ counts: [perDay], nowMs })
  const calls = Array.from({ length: 10_001 }, (_, index) =>
    toCall(`r${index}`, 1 + index, { caller: `c${index}` }),
  )
  await keeper.write({ calls, holds: [], nowMs })
  const spent = await keeper.watch({ counts: [perDay], nowMs })
  expect([spent.length, spent[0]!.subject, spent.at(-1)!.subject]).toEqual([10_000, '["c10000"]', '["c1"]'])
})

test('a clock that is years behind gets what was spent in the newest periods', async () => {
  const keeper = open('books')
  await keeper.watch({ counts: [perDay], nowMs })
  const callers = (day: string, atMs: number, count: number) =>
    Array.from({ length: count }, (_, index) =>
      toCall(`${day}${index}`, 9, { caller: `${day}${index}`, atMs }),
    )
  const calls = [...callers('before', nowMs - dayMs, 10_000), ...callers('today', nowMs, 3)]
  await keeper.write({ calls, holds: [], nowMs })
  const spent = await keeper.watch({ counts: [perDay], nowMs: dayMs })
  expect(spent).toHaveLength(10_000)
  expect(spent.slice(0, 4).map(({ subject }) => subject.slice(2, 7))).toEqual([
    'today',
    'today',
    'today',
    'befor',
  ])
})

test('sums of periods that are long over are swept away, those of a total never', async () => {
  const keeper = open('books')
  const counts = [perDay, toCount(['caller'], 'total')]
  await keeper.watch({ counts, nowMs })
  await keeper.write({ calls: [toCall('r', 4)], holds: [], nowMs })
  await keeper.write({ calls: [], holds: [], nowMs: nowMs + 70 * dayMs })
  expect(columnIn('books', 'select count from spent')).toEqual(['caller|total'])
})

test('a count that nobody asks for any more is dropped, and computed again from the calls', async () => {
  const keeper = open('books')
  await keeper.watch({ counts: [perDay], nowMs })
  await keeper.watch({ counts: [], nowMs })
  await keeper.write({ calls: [toCall('r', 4)], holds: [], nowMs })
  expect(await keeper.watch({ counts: [perDay], nowMs })).toMatchObject([{ pico: 4n }])
})

test('calls that are sent twice, because the first answer was lost, are booked and counted once', async () => {
  const keeper = open('books')
  await keeper.watch({ counts: [perDay], nowMs })
  const held = { ...hold, requestId: 'runs' }
  await keeper.write({ calls: [toCall('a', 3)], holds: [held], nowMs })
  // A batch that is sent again also has calls that ended since, and holds of calls that still run.
  await keeper.write({ calls: [toCall('a', 3), toCall('b', 4)], holds: [held], nowMs })
  expect((await keeper.usage({ query: all })).total).toMatchObject({ calls: 2, costUsd: 7e-12 })
  expect(await keeper.watch({ counts: [perDay], nowMs })).toMatchObject([{ pico: 7n }])
})

test('a batch with a call that cannot be written leaves nothing behind', async () => {
  const keeper = open('books')
  const broken = { ...toCall('b', 1), outcome: null } as unknown as BookedCall
  await expect(keeper.write({ calls: [toCall('a', 1), broken], holds: [], nowMs })).rejects.toThrow(
    'NOT NULL',
  )
  expect((await keeper.usage({ query: all })).total.calls).toBe(0)
})
