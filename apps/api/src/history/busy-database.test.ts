/** Another program holds the database: writes wait for it, and the app goes on meanwhile. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Health } from '@drag-race/contracts'
import Database from 'better-sqlite3'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { detail, eventsOf, race } from '../testing/race-client.ts'
import { startApp, type TestApp } from '../testing/start-app.ts'
import { type HistoryDatabase, openDatabase } from './index.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'busy-'))
let gateway: FakeGateway
let db: HistoryDatabase
let app: TestApp
let other: Database.Database
/** Lets the gateway finish its answer. */
let letGo: () => void

beforeEach(async () => {
  const held = Promise.withResolvers<void>()
  letGo = held.resolve
  gateway = await startFakeGateway({
    says: async (call) => {
      call.answer('It begins.')
      await held.promise
      call.finish('stop', { prompt_tokens: 3, completion_tokens: 9 })
    },
  })
  const file = path.join(folder, `${crypto.randomUUID()}.db`)
  db = await openDatabase(`file:${file}`)
  app = await startApp({ gatewayUrl: gateway.url, db })
  other = new Database(file)
})
afterEach(async () => {
  other.close()
  await app.close()
  await db.destroy()
  await gateway.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const health = async () => (await (await fetch(`${app.url}/api/health`)).json()) as Health

test('a statement waits without blocking the event loop, and is then carried out', async () => {
  other.exec('BEGIN IMMEDIATE')
  let isDone = false
  const deleting = db
    .deleteFrom('races')
    .execute()
    .then(() => {
      isDone = true
    })
  // The statement has been tried at the latest in the turn of the first answer.
  for (let turn = 0; turn < 5; turn++) await health()
  expect(isDone).toBe(false)
  other.exec('COMMIT')
  await deleting
})

test('a race waits for another program, and the app answers meanwhile', async () => {
  other.exec('BEGIN IMMEDIATE')
  const racing = race(app.url, { prompt: 'p', lanes: [{ model: 'says' }] })
  for (let turn = 0; turn < 5; turn++)
    expect((await health()).races).toMatchObject({ running: 0, unwritten: 0 })
  // No request is sent while its race could not be kept.
  expect(gateway.calls).toHaveLength(0)
  other.exec('COMMIT')
  letGo()
  expect((await racing).end?.reason).toBe('finished')
})

test('a race that ends meanwhile is written afterwards', async () => {
  const racing = race(app.url, { prompt: 'p', lanes: [{ model: 'says' }] })
  await eventually(async () => expect(gateway.calls).toHaveLength(1))
  other.exec('BEGIN IMMEDIATE')
  letGo()
  const { raceId, end } = await racing
  expect(end?.reason).toBe('finished')
  expect((await detail(app.url, raceId!)).status).toBe('running')
  await eventually(async () =>
    expect((await health()).races).toEqual({
      running: 0,
      unwritten: 1,
      unwrittenReason: 'Another program holds the database of the history. Wait until it is done, or end it.',
    }),
  )
  other.exec('COMMIT')
  await eventually(async () => expect((await detail(app.url, raceId!)).status).toBe('finished'))
})

test('a race whose end could be written neither at the stop nor at the next start is interrupted later', async () => {
  const racing = race(app.url, { prompt: 'p', lanes: [{ model: 'says' }] })
  await eventually(async () => expect(gateway.calls).toHaveLength(1))
  other.exec('BEGIN IMMEDIATE')
  await app.close()
  const { raceId } = await racing
  app = await startApp({ gatewayUrl: gateway.url, db })
  expect((await detail(app.url, raceId!)).status).toBe('running')
  const refused = await fetch(`${app.url}/api/races/${raceId}/export`)
  expect(await refused.json()).toMatchObject({ error: { code: 'not_written' } })
  other.exec('COMMIT')
  await eventually(async () => expect((await detail(app.url, raceId!)).status).toBe('interrupted'))
  expect((await fetch(`${app.url}/api/races/${raceId}/export`)).status).toBe(200)
})

test('a race that another program deleted runs to its end, and is then dropped', async () => {
  const racing = race(app.url, { prompt: 'p', lanes: [{ model: 'says' }] })
  await eventually(async () => expect(gateway.calls).toHaveLength(1))
  other.exec('DELETE FROM races')
  letGo()
  const { raceId, end } = await racing
  expect(end?.reason).toBe('finished')
  await eventually(async () => expect((await eventsOf(app.url, raceId!)).status).toBe(404))
  expect((await health()).races).toEqual({ running: 0, unwritten: 0, unwrittenReason: null })
})
