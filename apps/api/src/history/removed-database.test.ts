/** The file is removed while the app runs: SQLite would write into nothing, so the app says so and starts no race. */
import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { RacePage } from '@drag-race/contracts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { detail, postRace, race } from '../testing/race-client.ts'
import { startApp, type TestApp } from '../testing/start-app.ts'
import { type HistoryDatabase, openDatabase } from './index.ts'

const request = { prompt: 'p', lanes: [{ model: 'says' }] }
let folder: string
let file: string
let gateway: FakeGateway
let db: HistoryDatabase
let app: TestApp

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'removed-'))
  file = path.join(folder, 'races.db')
  gateway = await startFakeGateway({
    says: (call) => {
      call.answer('Something.')
      call.finish('stop', { prompt_tokens: 3, completion_tokens: 1 })
    },
  })
  db = await openDatabase(`file:${file}`)
  app = await startApp({ gatewayUrl: gateway.url, db })
})
afterEach(async () => {
  await app.close()
  await db.destroy()
  await gateway.close()
  rmSync(folder, { recursive: true })
})

const refused = (lost: string) => ({
  status: 503,
  error: {
    code: 'database_unavailable',
    message: `The history has lost ${lost}: it was removed or replaced while the app ran. Restart the app.`,
  },
})

async function answerOf(asking: Promise<Response>) {
  const response = await asking
  return { status: response.status, ...((await response.json()) as object) }
}

const health = () => answerOf(fetch(`${app.url}/api/health`))

test.each([
  ['removed', (aside: string) => renameSync(file, aside)],
  [
    'replaced',
    (aside: string) => {
      renameSync(file, aside)
      copyFileSync(aside, file)
    },
  ],
])('a history that was %s is reported, takes no race, and can still be read', async (_how, take) => {
  const { raceId } = await race(app.url, request)
  await eventually(async () => expect((await detail(app.url, raceId!)).status).toBe('finished'))
  const calls = gateway.calls.length
  const aside = path.join(folder, 'aside.db')
  take(aside)

  expect(await health()).toEqual(refused(file))
  expect(await answerOf(postRace(app.url, request))).toEqual(refused(file))
  expect(gateway.calls).toHaveLength(calls)
  const page = (await (await fetch(`${app.url}/api/races`)).json()) as RacePage
  expect(page.races.map(({ id }) => id)).toEqual([raceId])

  renameSync(aside, file)
  expect(await health()).toMatchObject({ status: 'ok' })
  expect((await race(app.url, request)).end?.reason).toBe('finished')
})

test.each(['-lock', '-wal', '-shm'])(
  'a history whose %s was removed is reported, takes no race, and has all its races after a restart',
  async (ending) => {
    const { raceId } = await race(app.url, request)
    await eventually(async () => expect((await detail(app.url, raceId!)).status).toBe('finished'))
    rmSync(file + ending)
    expect(await health()).toEqual(refused(file + ending))
    expect(await answerOf(postRace(app.url, request))).toEqual(refused(file + ending))

    await app.close()
    await db.destroy()
    db = await openDatabase(`file:${file}`)
    app = await startApp({ gatewayUrl: gateway.url, db })
    expect((await detail(app.url, raceId!)).status).toBe('finished')
    expect(await health()).toMatchObject({ status: 'ok' })
  },
)
