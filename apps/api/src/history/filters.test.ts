/** Races that the filters leave out are not read: prompts can be long, and SQLite reads them on the event loop. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startApp, type TestApp } from '../testing/start-app.ts'
import { type HistoryDatabase, openDatabase } from './index.ts'

/** Bytes that this thread has read, from any file; only Linux counts them. */
const counter = '/proc/thread-self/io'
const readBytes = () => Number(/^rchar: (\d+)$/m.exec(readFileSync(counter, 'utf8'))![1])

const folder = mkdtempSync(path.join(tmpdir(), 'filters-'))
const url = `file:${path.join(folder, 'races.db')}`
/** Each fills a page of the file; 4 MB in all. */
const prompt = 'x'.repeat(3_500)
const races = 1_000
const bytesMax = 1_000_000

let db: HistoryDatabase
let app: TestApp
let before: number

beforeAll(async () => {
  const made = await openDatabase(url)
  const race = { status: 'finished', category: 'coding', finish_json: '"done"', cold_start: 0 } as const
  const rows = Array.from({ length: races }, (_, index) => ({
    ...race,
    id: `race-${index}`,
    started_at: new Date(index).toISOString(),
    started_at_ms: index,
    prompt: `${index} ${prompt}`,
    request_json: '{}',
  }))
  await made.insertInto('races').values(rows).execute()
  await made.destroy()
})
beforeEach(async () => {
  db = await openDatabase(url)
  before = readBytes()
  app = await startApp({ gatewayUrl: 'http://127.0.0.1:1', db })
})
afterEach(async () => {
  await app.close()
  await db.destroy()
})
afterAll(() => rmSync(folder, { recursive: true }))

test
  .runIf(existsSync(counter))
  .each([
    'races?category=nobody',
    'races?status=deadline',
    'races?category=nobody&status=finished',
    'races?samePromptAs=race-1',
    'races?model=nobody',
    'leaderboard?category=nobody',
    'health',
  ])('from its start on, %s reads no race to find none', async (asked) => {
  expect((await fetch(`${app.url}/api/${asked}`)).status).toBe(200)
  expect(readBytes() - before).toBeLessThan(bytesMax)
})
