/** The file itself, without the thread: what a crash leaves, what is deleted. A crash is a copy of the open file. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyOpen, readColumn } from '../testing/open-file.ts'
import { createKeeper, type Keeper } from './keep-books.ts'
import type { BookedCall, Hold, Kept } from './messages.ts'
import { dayMs } from './period.ts'
import { toCount } from './spending.ts'

let folder: string
const keepers: Keeper[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'books-'))
})
afterEach(async () => {
  for (const keeper of keepers.splice(0)) await keeper.close({})
  rmSync(folder, { recursive: true })
})

const nowMs = Date.parse('2026-03-15T12:00:00Z')
const perDay = toCount(['caller'], 'day')

function open(name: string, kept: Kept = { keepDays: 400, callsMax: 1_000_000 }) {
  const keeper = createKeeper({ path: join(folder, name), instance: name })
  keepers.push(keeper)
  type Write = Omit<Parameters<Keeper['write']>[0], 'kept'>
  return { ...keeper, write: (ask: Write) => keeper.write({ ...ask, kept }) }
}

const crash = (from: string, to: string) => copyOpen(join(folder, from), join(folder, to))
const columnIn = (name: string, sql: string) => readColumn(join(folder, name), sql)

const who = { caller: 'a', tenant: null, tags: { agent: 'x' } }
const hold: Hold = {
  ...who,
  requestId: 'r',
  atMs: nowMs,
  model: 'm',
  target: 'm',
  provider: 'custom',
  operation: 'embeddings',
  costPico: 5,
}

function toCall(requestId: string, costPico: number | null, more: Partial<BookedCall> = {}): BookedCall {
  const attempt = {
    ...{
      target: 'm',
      provider: 'custom',
      model: 'm',
      outcome: 'ok',
      status: 200,
      isUnpriced: costPico === null,
    },
    ...{ inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedTokens: null, cacheWriteTokens: null },
    ...{ costPico, isEstimated: false },
  }
  return {
    ...who,
    ...{ requestId, atMs: nowMs, model: 'm', operation: 'chat', outcome: 'ok', status: 200, isStream: false },
    ...{ durationMs: 1, isHeld: false, attempts: [attempt], ...more },
  }
}

const all = { by: [], fromMs: null, toMs: null, offset: 0 }

test('a call that ran when the process was killed is booked with what was reserved for it, once', async () => {
  const first = open('first')
  await first.watch({ counts: [perDay], nowMs })
  await first.write({ calls: [toCall('done', 7)], holds: [hold], nowMs })
  crash('first', 'second')
  const second = open('second')
  const spent = await second.watch({ counts: [perDay], nowMs })
  expect(spent).toEqual([{ count: 'caller|day', startsAtMs: nowMs - dayMs / 2, subject: '["a"]', pico: 12n }])
  const { rows } = await second.usage({ query: { ...all, by: ['outcome', 'tag:agent'] } })
  expect(rows).toMatchObject([
    { group: { outcome: 'ok', 'tag:agent': 'x' }, costUsd: 7e-12, estimatedCalls: 0 },
    { group: { outcome: 'interrupted', 'tag:agent': 'x' }, costUsd: 5e-12, estimatedCalls: 1 },
  ])
  expect(columnIn('second', 'select operation from calls order by id')).toEqual(['chat', 'embeddings'])
  expect(columnIn('second', 'select request_id from holds')).toEqual([])
  crash('second', 'third')
  expect(await open('third').watch({ counts: [perDay], nowMs })).toEqual(spent)
})

test('books that fail to book a killed call do not open; once they can, they open with its cost', async () => {
  const first = open('first')
  await first.watch({ counts: [perDay], nowMs })
  await first.write({ calls: [], holds: [hold], nowMs })
  crash('first', 'second')
  const change = (sql: string) => {
    const file = new Database(join(folder, 'second'))
    file.exec(sql)
    file.close()
  }
  // As on a full disk, it is not the call that is at fault.
  change('create trigger fail before insert on calls begin select abs(-9223372036854775807 - 1); end')
  const second = open('second')
  await expect(second.watch({ counts: [perDay], nowMs })).rejects.toThrow('integer overflow')
  change('drop trigger fail')
  expect(await second.watch({ counts: [perDay], nowMs })).toMatchObject([{ subject: '["a"]', pico: 5n }])
})

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
  const copy = new Database(join(folder, file), { readonly: true })
  expect(copy.pragma('integrity_check', { simple: true })).toBe('ok')
  copy.close()

  const stopped = expect(books.backup({ nowMs: nowMs + 1_000 })).rejects.toThrow('the gateway stops')
  await books.write({ calls: [toCall('last', 1)], holds: [], nowMs })
  await books.close({})
  await stopped
  expect(readdirSync(folder).sort()).toEqual(['books', file])
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
  await keepers.pop()!.close({})
  rename('counts', 'elsewhere')
  const keeper = open('books')
  await expect(keeper.watch({ counts: [perDay], nowMs })).rejects.toThrow('no such table: counts')
  rename('elsewhere', 'counts')
  expect(await keeper.watch({ counts: [perDay], nowMs })).toEqual([])
})

function rename(table: string, to: string) {
  const file = new Database(join(folder, 'books'))
  file.exec(`alter table ${table} rename to ${to}`)
  file.close()
}

test('a hold whose cost is too large, or whose tags are broken, does not keep the others from the books', async () => {
  const first = open('first')
  const holds = ['dear', 'broken', 'r'].map((requestId) => ({ ...hold, requestId }))
  await first.watch({ counts: [perDay], nowMs })
  await first.write({ calls: [], holds, nowMs })
  crash('first', 'second')
  const file = new Database(join(folder, 'second'))
  file.prepare("update holds set cost_pico = 1e22 where request_id = 'dear'").run()
  file.prepare("update holds set tags = '{' where request_id = 'broken'").run()
  file.close()
  const second = open('second')
  const pico = BigInt(Number.MAX_SAFE_INTEGER) + 5n
  expect(await second.watch({ counts: [perDay], nowMs })).toMatchObject([{ pico }])
  expect((await second.usage({ query: all })).total.calls).toBe(2)
})

test('a held call that ended is booked with what it cost', async () => {
  const keeper = open('books')
  await keeper.write({ calls: [], holds: [hold], nowMs })
  await keeper.write({ calls: [toCall('r', 3, { isHeld: true })], holds: [], nowMs })
  crash('books', 'next')
  expect((await open('next').usage({ query: all })).total).toMatchObject({ calls: 1, costUsd: 3e-12 })
})

test('a held call that ended is not booked again when its own row has gone', async () => {
  const keeper = open('books', { keepDays: 1, callsMax: 1_000_000 })
  await keeper.write({ calls: [], holds: [hold], nowMs })
  await keeper.write({ calls: [toCall('r', 3, { isHeld: true })], holds: [], nowMs })
  await keeper.write({ calls: [], holds: [], nowMs: nowMs + 2 * dayMs })
  expect((await keeper.usage({ query: all })).total.calls).toBe(0)
  crash('books', 'next')
  expect((await open('next').usage({ query: all })).total.calls).toBe(0)
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

test('when the thread begins anew, calls that still run are not booked as interrupted', async () => {
  await open('books').write({ calls: [], holds: [hold], nowMs })
  await keepers.pop()!.close({})
  expect((await open('books').usage({ query: all })).total.calls).toBe(0)
})

test('sums of periods that are long over are swept away, those of a total never', async () => {
  const keeper = open('books')
  const counts = [perDay, toCount(['caller'], 'total')]
  await keeper.watch({ counts, nowMs })
  await keeper.write({ calls: [toCall('r', 4)], holds: [], nowMs })
  await keeper.write({ calls: [], holds: [], nowMs: nowMs + 70 * dayMs })
  await keeper.close({})
  const file = new Database(join(folder, 'books'))
  expect(file.prepare('select count from spent').pluck().all()).toEqual(['caller|total'])
  file.close()
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

test('a call that was written is not booked again as interrupted, even if its hold was left behind', async () => {
  const keeper = open('books')
  await keeper.watch({ counts: [perDay], nowMs })
  await keeper.write({ calls: [], holds: [hold], nowMs })
  await keeper.write({ calls: [toCall('r', 3)], holds: [], nowMs })
  crash('books', 'next')
  expect(await open('next').watch({ counts: [perDay], nowMs })).toMatchObject([{ pico: 3n }])
})

test('a batch with a call that cannot be written leaves nothing behind', async () => {
  const keeper = open('books')
  const broken = { ...toCall('b', 1), outcome: null } as unknown as BookedCall
  await expect(keeper.write({ calls: [toCall('a', 1), broken], holds: [], nowMs })).rejects.toThrow(
    'NOT NULL',
  )
  expect((await keeper.usage({ query: all })).total.calls).toBe(0)
})

test('tags that were written before names had to be in lower case are found, and counted', async () => {
  await open('old').write({ calls: [toCall('r1', 5)], holds: [], nowMs })
  await keepers.pop()!.close({})
  const old = new Database(join(folder, 'old'))
  old.exec("delete from kysely_migration where name >= '0003-tag-names'; drop table journal")
  old.exec('alter table holds drop column operation')
  old.prepare('update calls set tags = ?').run('{"costCentre":"München","agent":"x"}')
  old.close()
  const keeper = open('old')
  const count = toCount(['tag:costCentre'], 'day')
  const spent = await keeper.watch({ counts: [count], nowMs })
  expect(spent).toMatchObject([{ subject: '["München"]', pico: 5n }])
  const { rows } = await keeper.usage({ query: { ...all, by: ['tag:costcentre', 'tag:agent'] } })
  expect(rows).toMatchObject([{ group: { 'tag:costcentre': 'München', 'tag:agent': 'x' } }])
})

test('holds from before there was an operation are taken for `chat`', async () => {
  await open('first').write({ calls: [], holds: [hold], nowMs })
  crash('first', 'old')
  const old = new Database(join(folder, 'old'))
  old.exec('alter table holds drop column operation')
  old.exec("delete from kysely_migration where name >= '0004-hold-operation'; drop table journal")
  old.close()
  expect((await open('old').usage({ query: all })).total.costUsd).toBe(5e-12)
  expect(columnIn('old', 'select operation from calls order by id')).toEqual(['chat'])
})

test('of a call that the first version booked twice one is left, with its attempts', async () => {
  await open('first').write({ calls: [toCall('r1', 5)], holds: [hold], nowMs })
  crash('first', 'old')
  const old = new Database(join(folder, 'old'))
  old.exec(`
    alter table holds drop column operation;
    drop index calls_request;
    drop table journal;
    delete from kysely_migration where name >= '0002-calls-once';
    create table copies as select * from calls;
    update copies set id = id + 1;
    insert into calls select * from copies;
    drop table copies;
    create table copies as select * from attempts;
    update copies set call_id = call_id + 1;
    insert into attempts select * from copies;
    drop table copies`)
  old.close()
  const keeper = open('old')
  // The call that ran when the first version was killed has cost the 5 that were reserved for it.
  expect((await keeper.usage({ query: all })).total).toMatchObject({ calls: 2, attempts: 2, costUsd: 10e-12 })
  expect(await keeper.watch({ counts: [perDay], nowMs })).toMatchObject([{ pico: 10n }])
  expect(columnIn('old', 'select count(*) from attempts')).toEqual([2])
})
