/** The file of the books from one gateway to the next: what it has after a stop, and what happens without it. */
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { useBooks } from '../testing/books.ts'
import { keyOf } from '../testing/door.ts'
import type { ErrorBody } from '../testing/gateway.ts'
import { copyOpen, readColumn } from '../testing/open-file.ts'
import { dollarAnswer } from '../testing/spending.ts'

const { folder, path, start, usageOf } = useBooks(beforeEach, afterEach)

test('a stop loses nothing: what was spent is there after the next start, and a hard budget still refuses', async () => {
  const budgets = [{ per: 'caller', usd: 2, period: 'month' }]
  const first = await start({ budgets })
  await first.spend('a')
  await first.spend('a')
  await first.gateway.close()
  const second = await start({ budgets })
  expect((await second.spend('a')).status).toBe(402)
  expect((await second.spend('b')).status).toBe(200)
  expect((await usageOf(second, '?by=caller')).data[0]).toMatchObject({
    caller: 'a',
    calls: 3,
    errors: 1,
    costUsd: 2,
  })
})

test('a budget that is new begins with what the calls in the books have cost', async () => {
  const first = await start()
  await first.spend('a', { metadata: { agent: 'x' } })
  await first.gateway.close()
  const second = await start({ budgets: [{ per: 'tag:agent', usd: 1, period: 'total' }] })
  expect((await second.spend('b', { metadata: { agent: 'x' } })).status).toBe(402)
  expect((await second.spend('b', { metadata: { agent: 'y' } })).status).toBe(200)
})

test('a clock that was months ahead for a moment frees no hard budget, and counts nothing twice', async () => {
  const day = (date: string) => () => new Date(`${date}T12:00:00Z`)
  let date = day('2026-03-10')
  const options = { date: () => date(), budgets: [{ per: 'caller', usd: 2, period: 'month' }] }
  const first = await start(options)
  for (const caller of ['a', 'a', 'b']) await first.spend(caller)
  await usageOf(first)
  date = day('2026-07-10')
  await first.spend('b')
  await usageOf(first)
  await first.gateway.close()
  date = day('2026-03-10')
  const second = await start(options)
  expect((await second.spend('a')).status).toBe(402)
  expect((await second.spend('b')).status).toBe(200)
  expect((await second.spend('b')).status).toBe(402)
  await second.gateway.close()
  date = day('2026-07-10')
  const third = await start(options)
  expect((await third.spend('b')).status).toBe(200)
  expect((await third.spend('b')).status).toBe(402)
})

test.each([
  ['ahead', '2026-03-11T00:45:00Z'],
  ['behind', '2026-03-07T23:00:00Z'],
])('a clock that is %s at the start and then set right frees no hard budget', async (_how, wrong) => {
  let date = new Date('2026-03-10T19:00:00Z')
  const options = { date: () => date, budgets: [{ per: 'caller', usd: 2, period: 'day' }] }
  const first = await start(options)
  for (const caller of ['a', 'a', 'b']) await first.spend(caller)
  await first.gateway.close()
  date = new Date(wrong)
  const second = await start(options)
  expect((await second.spend('b')).status).toBe(200)
  date = new Date('2026-03-10T20:00:00Z')
  expect((await second.spend('a')).status).not.toBe(200)
  // The books answer in order: after this answer, they have also said what was spent.
  await usageOf(second)
  expect((await second.spend('a')).status).toBe(402)
  expect((await second.spend('b')).status).toBe(200)
  expect((await second.spend('b')).status).toBe(402)
  const { body } = await second.admin('/admin/budgets')
  expect(body).toMatchObject({ data: Array(2).fill({ spentUsd: 2, startsAt: '2026-03-10T00:00:00.000Z' }) })
})

test.each([
  ['taken back', { usd: 2, period: 'day' }],
  ['broken', { usd: -1, period: 'day' }],
])(
  'an edit of a budget that is %s while the books are asked leaves everything as it was',
  async (_how, last) => {
    const spending = await start()
    spending.reload([{ per: 'caller', usd: 2, period: 'day' }])
    await usageOf(spending)
    await spending.spend('a')
    spending.reload([{ per: 'caller', usd: 9, period: 'month' }])
    spending.reload([{ per: 'caller', ...last }])
    await spending.spend('a')
    // The books answer in order: after this answer, the questions of the edits have been answered too.
    await usageOf(spending)
    expect((await fetch(`${spending.gateway.url}/ready`)).status).toBe(200)
    expect((await spending.spend('b')).status).toBe(200)
    expect((await spending.spend('a')).status).toBe(402)
  },
)

test('books that cannot be opened stop only calls under a hard budget, and the reason is logged', async () => {
  writeFileSync(join(folder(), 'deep'), 'a file where a folder should be')
  const keys = [keyOf('a'), keyOf('hard', { budget: { usd: 1, period: 'day' } })]
  const spending = await start({ keys })
  expect((await spending.spend('a')).status).toBe(200)
  const refused = await spending.spend('hard')
  expect([refused.status, ((await refused.json()) as ErrorBody).error.code]).toEqual([
    503,
    'books_unavailable',
  ])
  expect((await spending.admin('/admin/usage')).status).toBe(503)
  expect(await spending.gateway.sample('gateway_books_up')).toBe(0)
  expect(spending.gateway.logs.filter(({ level }) => level === 50)).toHaveLength(1)
})

test.each([
  ['a folder', '', mkdirSync, ' is no file: move it away, or name another'],
  ['a pipe', '', makePipe, ' is no file: move it away, or name another'],
  ['a pipe beside it', '-journal', makePipe, ' is no file: move it away, or name another'],
  ['a folder beside it', '-wal', mkdirSync, ' is no file: move it away, or name another'],
  [
    'notes of somebody',
    '',
    (path: string) => writeFileSync(path, 'no database at all\n'.repeat(300)),
    ' is damaged, or no database (file is not a database): stop the gateway and move the file away to begin new books; ',
  ],
  [
    'tables of another program',
    '',
    (path: string) => makeTables(path, 'create table notes (text)'),
    " is another program's (it has the table notes): name another file",
  ],
  [
    'tables that another program keeps up to date in the same way',
    '',
    (path: string) =>
      makeTables(
        path,
        "create table kysely_migration (name, timestamp); insert into kysely_migration values ('0001-races', '')",
      ),
    " is another program's (it has the tables of 0001-races): name another file",
  ],
])(
  '%s in the place of the books: calls go on, the reason is logged, and they are booked when it is gone',
  async (_what, ending, make, words) => {
    const booksPath = join(folder(), 'books.db')
    const path = booksPath + ending
    make(path)
    const before = readdirSync(folder())
    const spending = await start({ booksPath })
    expect((await spending.spend('a')).status).toBe(200)
    expect((await spending.admin('/admin/usage')).status).toBe(503)
    expect(spending.gateway.logs).toContainEqual(
      expect.objectContaining({ level: 50, reason: expect.stringContaining(path + words) }),
    )
    expect(readdirSync(folder())).toEqual(before)
    rmSync(path, { recursive: true })
    expect((await usageOf(spending)).total).toMatchObject({ calls: 1 })
  },
)

function makePipe(path: string) {
  execFileSync('mkfifo', [path])
}

function makeTables(path: string, sql: string) {
  const other = new Database(path)
  other.exec(sql)
  other.close()
}

test('books whose tables could not be brought up to date stay as they were, and the next start does it', async () => {
  const booksPath = join(folder(), 'books.db')
  const other = new Database(booksPath)
  // The first migration makes five tables; this one is in the way of the last.
  other.exec('create table spent (pico); create table kysely_migration (name primary key, timestamp)')
  other.close()
  const first = await start({ booksPath })
  expect((await first.admin('/admin/usage')).status).toBe(503)
  await first.gateway.close()
  const found = new Database(booksPath)
  expect(found.prepare("select name from sqlite_master where type = 'table'").pluck().all()).toEqual([
    'spent',
    'kysely_migration',
  ])
  found.exec('drop table spent')
  found.close()
  const second = await start({ booksPath })
  expect((await second.admin('/admin/usage')).status).toBe(200)
})

test('books of a newer version are not used, the log says what to do, and calls go on', async () => {
  await (await start()).gateway.close()
  const newer = new Database(path())
  newer.exec("insert into kysely_migration values ('9999-future', '2030-01-01T00:00:00.000Z')")
  newer.close()
  const spending = await start()
  expect((await spending.spend('a')).status).toBe(200)
  expect((await spending.admin('/admin/usage')).status).toBe(503)
  expect(spending.gateway.logs.map(({ reason }) => reason)).toContain(
    `${path()} was made by a newer version (it has 9999-future): start that version, or restore a backup`,
  )
})

test.each([
  ['removed', false],
  ['replaced', true],
])(
  'books that were %s while the gateway runs: calls go on, the reason is logged, and nothing is lost',
  async (_how, isReplaced) => {
    const spending = await start()
    await spending.spend('a')
    await usageOf(spending)
    const aside = join(folder(), 'aside.db')
    renameSync(path(), aside)
    if (isReplaced) writeFileSync(path(), '')
    expect((await spending.spend('a')).status).toBe(200)
    expect((await spending.admin('/admin/usage')).status).toBe(503)
    expect(await spending.gateway.sample('gateway_books_up')).toBe(0)
    expect(spending.gateway.logs.map(({ reason }) => reason)).toContain(
      `${path()} was removed or replaced while the gateway ran: put it back, or restart the gateway`,
    )
    renameSync(aside, path())
    expect((await usageOf(spending, '?by=caller')).data[0]).toMatchObject({ caller: 'a', calls: 2 })
    expect(await spending.gateway.sample('gateway_books_up')).toBe(1)
  },
)

test.each([
  ['removed', false],
  ['replaced', true],
])(
  'a log beside the books that was %s while the gateway runs: a crash loses nothing of it',
  async (_how, isReplaced) => {
    const spending = await start()
    await spending.spend('a')
    await usageOf(spending)
    rmSync(`${path()}-wal`)
    if (isReplaced) {
      writeFileSync(join(folder(), 'other'), 'of another file')
      renameSync(join(folder(), 'other'), `${path()}-wal`)
    }
    await usageOf(spending)
    const firstNew = join(folder(), 'first-new-log')
    linkSync(`${path()}-wal`, firstNew)
    for (let call = 0; call < 2; call++) {
      await spending.spend('a')
      await usageOf(spending)
    }
    // Only one new log was made, not one for each write.
    expect(statSync(`${path()}-wal`).ino).toBe(statSync(firstNew).ino)
    const booksPath = join(folder(), 'copy.db')
    copyOpen(path(), booksPath)
    expect((await usageOf(await start({ booksPath }))).total).toMatchObject({ calls: 3 })
  },
)

test('books that were moved have all that was booked before, and a stop logs how many calls they lack', async () => {
  const spending = await start()
  await spending.spend('a')
  await usageOf(spending)
  const booksPath = join(folder(), 'aside.db')
  renameSync(path(), booksPath)
  await spending.spend('a')
  await spending.admin('/admin/usage')
  expect((await usageOf(await start({ booksPath: copyOf(booksPath) }))).total).toMatchObject({ calls: 1 })
  await spending.gateway.close()
  expect(spending.gateway.logs).toContainEqual(
    expect.objectContaining({
      level: 50,
      calls: 1,
      msg: 'the gateway ends, and the books lack calls that could not be written',
    }),
  )
})

/** A copy, because the other gateway has the file locked. */
function copyOf(path: string): string {
  copyFileSync(path, `${path}-copy`)
  return `${path}-copy`
}

test('a call that was refused before it could be sent is not held', async () => {
  const spending = await start({
    budgets: [{ per: 'caller', usd: 9, period: 'day' }],
    policies: { circuitBreaker: { consecutiveFailures: 1 } },
    answer: (response) => void response.writeHead(500).end(),
  })
  expect([(await spending.spend('a')).status, (await spending.spend('a')).status]).toEqual([500, 503])
  await usageOf(spending)
  expect(readColumn(path(), 'select request_id from holds')).toEqual([])
})

test('after a kill, calls that ran under a hard budget are booked with the reserved amount, and no others', async () => {
  const goOn = Promise.withResolvers<void>()
  const options = {
    keys: [keyOf('hard', { budget: { usd: 9, period: 'day' } }), keyOf('soft')],
    budgets: [{ per: 'caller', usd: 9, period: 'day', mode: 'soft' }],
  }
  const spending = await start({
    ...options,
    async answer(response, request) {
      await goOn.promise
      dollarAnswer(response, request)
    },
  })
  const running: Promise<Response>[] = []
  for (const key of ['hard', 'soft']) {
    const arrived = spending.upstream.next()
    running.push(spending.spend(key))
    await arrived
  }
  // Every question has the waiting calls and holds written first.
  await usageOf(spending)
  const copy = join(folder(), 'copy.db')
  copyOpen(path(), copy)
  goOn.resolve()
  await Promise.all(running)
  const next = await start({ ...options, booksPath: copy })
  expect((await usageOf(next, '?by=outcome,caller')).data).toMatchObject([
    { outcome: 'interrupted', caller: 'hard', calls: 1, costUsd: 1, estimatedCalls: 1 },
  ])
})
