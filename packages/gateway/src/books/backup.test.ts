/** `POST /admin/backup`: a copy of the books of a running gateway, and a gateway that starts with that copy. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { useBooks } from '../testing/books.ts'
import { bearer } from '../testing/door.ts'
import type { ErrorBody } from '../testing/gateway.ts'
import type { Spending } from '../testing/spending.ts'
import { createBooksThread } from './books-thread.ts'

const { folder, path, start, usageOf } = useBooks(beforeEach, afterEach)

const backUp = ({ gateway }: Spending, key = 'boss') =>
  fetch(`${gateway.url}/admin/backup`, { method: 'POST', ...bearer(`key-of-${key}`) })

const messageOf = async (response: Response) => ((await response.json()) as ErrorBody).error.message

const copies = () => readdirSync(join(path(), '..')).filter((name) => name.includes('backup'))

const file = 'books.db.backup-2026-01-01T00-00-00Z'
const copyPath = () => join(path(), '..', file)
const hard = { budgets: [{ per: 'caller', usd: 2, period: 'month' }] }

test('a backup contains all calls that have ended; restored, it tells a hard budget what was spent until then', async () => {
  const first = await start(hard)
  await first.spend('a')
  await first.spend('a')
  const response = await backUp(first)
  expect(response.status).toBe(200)
  const bytes = statSync(copyPath()).size
  expect(await response.json()).toEqual({ object: 'backup', file, bytes, calls: 2 })
  expect(copies()).toEqual([file])
  expect(statSync(copyPath()).mode & 0o777).toBe(0o600)
  await first.spend('b')
  expect((await usageOf(first)).total).toMatchObject({ calls: 3 })
  await first.gateway.close()
  renameSync(copyPath(), path())
  const second = await start(hard)
  expect((await usageOf(second)).total).toMatchObject({ calls: 2, costUsd: 2 })
  expect((await second.spend('a')).status).toBe(402)
  expect((await second.spend('b')).status).toBe(200)
})

test('a backup is one file that any program can read', async () => {
  const spending = await start()
  await spending.spend('a')
  await backUp(spending)
  const copy = new Database(copyPath(), { readonly: true })
  expect(copy.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(copy.pragma('journal_mode', { simple: true })).toBe('delete')
  copy.close()
})

test('the backup of books behind a link lies beside the books', async () => {
  const first = await start()
  await first.spend('a')
  await usageOf(first)
  await first.gateway.close()
  const link = join(folder(), 'link.db')
  symlinkSync(path(), link)
  const spending = await start({ booksPath: link })
  expect((await backUp(spending)).status).toBe(200)
  expect(copies()).toEqual([file])
})

test('one backup is made at a time', async () => {
  let seconds = 0
  const spending = await start({ date: () => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds++)) })
  await spending.spend('a')
  // Both requests in one packet, so that they arrive in the same turn.
  const ask = 'POST /admin/backup HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer key-of-boss\r\n'
  const socket = connect(Number(new URL(spending.gateway.url).port), '127.0.0.1')
  socket.write(`${ask}\r\n${ask}Connection: close\r\n\r\n`)
  const answers = await text(socket)
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 503'])
  expect(answers).toMatch(/retry-after: 1\r\n.*made already/s)
  expect(copies()).toHaveLength(1)
  expect((await backUp(spending)).status).toBe(200)
  expect(copies()).toHaveLength(2)
})

test('no question waits for a backup, and a stop gives it up and leaves nothing of it', async () => {
  mkdirSync(join(path(), '..'))
  const thread = createBooksThread({ path: path(), instance: 'first' })
  const nowMs = Date.UTC(2026, 0, 1)
  const ends: string[] = []
  const end = (name: string) => () => ends.push(name)
  const making = thread.ask('backup', { nowMs }).catch(({ message }: Error) => ends.push(message))
  const watching = thread.ask('watch', { counts: [], nowMs }).then(end('watched'))
  const closing = thread.ask('close', {}).then(end('closed'))
  await Promise.all([making, watching, closing])
  expect(ends).toEqual(['watched', 'the gateway stops: ask again when it has started', 'closed'])
  expect(readdirSync(join(path(), '..'))).toEqual(['books.db'])
})

test('a backup of the same name is not replaced, and the books still work', async () => {
  const spending = await start()
  await spending.spend('a')
  writeFileSync(copyPath(), 'of old')
  const response = await backUp(spending)
  expect(response.status).toBe(503)
  expect(await messageOf(response)).toBe(
    `There is no backup: there is a ${file} already: ask again in a second.`,
  )
  expect(readFileSync(copyPath(), 'utf8')).toBe('of old')
  expect(await spending.gateway.sample('gateway_books_up')).toBe(1)
})

test('what a kill left of a backup is removed by the next', async () => {
  const spending = await start()
  await spending.spend('a')
  await usageOf(spending)
  for (const ending of ['', '-journal']) writeFileSync(`${path()}.backup.part${ending}`, 'half a copy')
  expect((await backUp(spending)).status).toBe(200)
  expect(copies()).toEqual([file])
})

test('if a backup cannot be written, the answer says why, and calls are booked as before', async () => {
  const spending = await start()
  await spending.spend('a')
  await usageOf(spending)
  const inTheWay = `${path()}.backup.part`
  mkdirSync(inTheWay)
  const response = await backUp(spending)
  expect(response.status).toBe(503)
  expect(await messageOf(response)).toContain(inTheWay)
  rmSync(inTheWay, { recursive: true })
  await spending.spend('a')
  expect((await usageOf(spending)).total).toMatchObject({ calls: 2 })
  expect((await backUp(spending)).status).toBe(200)
})

test('a backup is for admins and by POST; the audit log says who asked for it, and how it ended', async () => {
  const log = join(folder(), 'audit.jsonl')
  const spending = await start({ policies: { audit: { path: log } } })
  expect((await backUp(spending, 'a')).status).toBe(403)
  const read = await fetch(`${spending.gateway.url}/admin/backup`, bearer('key-of-boss'))
  expect([read.status, read.headers.get('allow')]).toEqual([405, 'POST'])
  expect(copies()).toEqual([])
  for (const status of [200, 503]) expect((await backUp(spending)).status).toBe(status)
  await spending.gateway.close()
  const lines = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const asked = { time: '2026-01-01T00:00:00.000Z', caller: 'boss', tenant: null, action: 'backup' }
  expect(lines).toEqual([
    { ...asked, outcome: 'ok', file, bytes: expect.any(Number), calls: 0 },
    { ...asked, outcome: 'books_unavailable' },
  ])
})

test('a gateway that keeps no books says so', async () => {
  const spending = await start({ booksPath: '' })
  const response = await backUp(spending)
  expect(response.status).toBe(503)
  expect(await messageOf(response)).toMatch(/keeps no books/)
})
