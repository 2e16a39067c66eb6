/**
 * A database on a full disk: races that run go on, and races that have ended wait in memory until there is room.
 */
import type { Health, RaceDetail } from '@drag-race/contracts'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type HistoryDatabase, openDatabase } from '../history/index.ts'
import { eventually } from '../testing/eventually.ts'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { detail, eventsOf, postRace, race } from '../testing/race-client.ts'
import { startApp, type TestApp } from '../testing/start-app.ts'

let gateway: FakeGateway
let db: HistoryDatabase
let app: TestApp
/** Lets the lane `long` finish its answer. */
let letGo: () => void

beforeEach(async () => {
  const held = Promise.withResolvers<void>()
  letGo = held.resolve
  gateway = await startFakeGateway({
    long: async (call) => {
      call.answer('It begins. ')
      await held.promise
      for (let line = 0; line < 400; line++) call.answer(`Line ${line} of an answer that needs room. `)
      call.finish('stop', { prompt_tokens: 3, completion_tokens: 4_000 })
    },
    quick: (call) => {
      call.answer('Quick.')
      call.finish('stop', { prompt_tokens: 3, completion_tokens: 1 })
    },
  })
  db = await openDatabase(':memory:')
  app = await startApp({ gatewayUrl: gateway.url, db })
})
afterEach(async () => {
  await app.close()
  await db.destroy()
  await gateway.close()
})

/** SQLite refuses as on a full disk, because its file must not grow by another page. */
async function fill() {
  const { rows } = await sql<{ page_count: number }>`PRAGMA page_count`.execute(db)
  await sql.raw(`PRAGMA max_page_count = ${rows[0]!.page_count}`).execute(db)
}

const makeRoom = () => sql.raw('PRAGMA max_page_count = 1000000').execute(db)

const health = async () => (await (await fetch(`${app.url}/api/health`)).json()) as Health

/** A race that ends while the disk is full; its viewers see all of it. */
async function raceIntoFullDisk() {
  const racing = race(app.url, { prompt: 'p', lanes: [{ model: 'long' }] })
  await eventually(async () => expect((await health()).races.running).toBe(1))
  await fill()
  letGo()
  const state = await racing
  expect(state.end?.reason).toBe('finished')
  await eventually(async () => expect((await health()).races).toMatchObject({ running: 0, unwritten: 1 }))
  return state
}

test('a race that ends on a full disk is written when there is room', { timeout: 30_000 }, async () => {
  const { raceId, seq } = await raceIntoFullDisk()
  // Until then the race can be read, and cannot be deleted or exported.
  const waiting = await detail(app.url, raceId!)
  expect(waiting.lanes[0]).toMatchObject({ outcome: 'done', slip: { outputTokens: 4_000 } })
  const events = await (await eventsOf(app.url, raceId!)).text()
  expect(events).toContain('"type":"race-end"')
  const headers = { 'last-event-id': String(seq) }
  expect((await eventsOf(app.url, raceId!, { headers })).status).toBe(204)
  const deleting = await fetch(`${app.url}/api/races/${raceId}`, { method: 'DELETE' })
  expect(deleting.status).toBe(409)
  expect(await deleting.json()).toMatchObject({ error: { code: 'not_written' } })
  const exporting = await fetch(`${app.url}/api/races/${raceId}/export`)
  expect(exporting.status).toBe(409)
  expect(await exporting.json()).toMatchObject({ error: { code: 'not_written' } })

  await makeRoom()
  const kept: RaceDetail = await eventually(async () => {
    expect((await health()).races.unwritten).toBe(0)
    return detail(app.url, raceId!)
  })
  expect(kept.status).toBe('finished')
  expect(kept.lanes[0]!.slip).toEqual(waiting.lanes[0]!.slip)
  expect(await (await eventsOf(app.url, raceId!)).text()).toBe(events)
})

test('a race that could not be kept is refused, and the error says why', async () => {
  await fill()
  const response = await postRace(app.url, { prompt: 'x'.repeat(20_000), lanes: [{ model: 'quick' }] })
  expect(response.status).toBe(503)
  const { error } = (await response.json()) as { error: { code: string; message: string } }
  expect(error.code).toBe('database_unavailable')
  expect(error.message).toContain('full')
  expect(gateway.calls).toHaveLength(0)

  await makeRoom()
  const after = await race(app.url, { prompt: 'x'.repeat(20_000), lanes: [{ model: 'quick' }] })
  expect(after.end?.reason).toBe('finished')
})

test('an app that is told to end does not wait for room; the next start marks its race as interrupted', async () => {
  const { raceId } = await raceIntoFullDisk()
  await app.close()
  await makeRoom()
  app = await startApp({ gatewayUrl: gateway.url, db })
  const found = await detail(app.url, raceId!)
  expect(found).toMatchObject({ status: 'interrupted', lanes: [{ errorCode: 'interrupted' }] })
})
