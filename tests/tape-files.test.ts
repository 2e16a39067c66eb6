/** Tapes that leave and come: a page that replays a hostile race without a server, and a file from elsewhere. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { RaceEvent } from '@drag-race/contracts'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { seriousFaults } from './support/axe.ts'
import { openBrowser } from './support/browser.ts'
import { type House, startHouse } from './support/programs.ts'
import { toTapeFile } from './support/tape-file.ts'

let house: House
let browser: Browser
let context: BrowserContext
let page: Page
let folder: string
/** What any page complained of, content security violations included. */
let complaints: string[]
let requested: string[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'))
  house = await startHouse()
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await house?.stop()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  complaints = []
  requested = []
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' })
  context.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  context.on('weberror', (error) => complaints.push(error.error().message))
  context.on('request', (request) => requested.push(request.url()))
  page = await context.newPage()
})
afterEach(async () => {
  await context.close()
})

const url = (path: string) => house.app.url + path
const exported = async (id: string, as: string) =>
  await (await fetch(url(`/api/races/${id}/export?as=${as}`))).text()

async function openExported(id: string): Promise<Page> {
  const file = join(folder, `${id}.html`)
  writeFileSync(file, await exported(id, 'html'))
  await context.setOffline(true)
  requested.length = 0
  const shown = await context.newPage()
  await shown.goto(pathToFileURL(file).href)
  await shown.getByRole('slider', { name: 'Time in the race' }).waitFor()
  return shown
}

describe('an exported page', () => {
  test('plays without a server, and neither runs nor fetches anything that an answer says', async () => {
    const id = 'hostile-export'
    await bring(hostileTape(id))
    const shown = await openExported(id)
    expect(await shown.locator('.lane-answer').textContent()).toContain('<script>window.hacked = 1</script>')
    expect(await shown.locator('.lane-answer').textContent()).toContain('line\u2028end')
    await shown.getByRole('button', { name: 'Replay' }).click()
    await shown.getByRole('button', { name: 'Pause' }).waitFor()
    await shown.getByRole('button', { name: 'Replay' }).waitFor()
    expect(await shown.evaluate(() => 'hacked' in globalThis)).toBe(false)
    expect(await shown.locator('.export-head').textContent()).toContain('exported')
    expect(await shown.getByText(/imported race/).count()).toBe(1)
    expect(requested.filter((address) => !/^(file|data):/.test(address))).toEqual([])
    expect(complaints).toEqual([])
  })
})

describe('a tape from elsewhere', () => {
  test('is imported on the history page, marked wherever it is shown, and refused the second time', async () => {
    const file = join(folder, 'foreign.tape.jsonl')
    writeFileSync(file, toTapeFile(hostileTape('foreign-race')))
    await page.goto(url('/history'))
    await page.getByRole('button', { name: 'Import a tape' }).waitFor()
    await page.locator('input[type=file]').setInputFiles(file)
    await page.waitForURL(/\/race\/foreign-race$/)
    await page.getByText(/Imported on .+another machine’s clock/).waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.goto(url('/race/foreign-race/replay'))
    await page.getByText(/Imported on .+another machine’s clock/).waitFor()
    await page.goto(url('/history'))
    await page.getByText('imported', { exact: true }).first().waitFor()
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByText(/Not imported\. This race is here already/).waitFor()
    writeFileSync(file, 'no tape\n')
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByText(/Not imported\. This is no tape/).waitFor()
    expect(await seriousFaults(page)).toEqual([])
  })
})

async function bring(tape: readonly RaceEvent[]) {
  const response = await fetch(url('/api/races/import'), {
    method: 'POST',
    headers: { 'content-type': 'application/jsonl' },
    body: toTapeFile(tape),
  })
  expect(response.status).toBe(201)
}

/** One lane that says everything that could leave a page's script, and some that markdown could turn into a request. */
function hostileTape(raceId: string): RaceEvent[] {
  const words = [
    '</script><script>window.hacked = 1</script>',
    '<!--<script>',
    'line\u2028end ',
    '![tracker](http://127.0.0.1:1/pixel.png) ',
    '<img src=x onerror="window.hacked = 2">',
  ]
  const stamped = words.map((content, index) => ({ content, at: 100 + index * 50 }))
  const last = stamped.at(-1)!.at
  const events = [
    {
      type: 'race-start' as const,
      at: 0,
      raceId,
      startedAt: '2026-01-01T00:00:00.000Z',
      request: { prompt: 'p', lanes: [{ model: 'hostile', stream: true }], finish: 'done' as const },
      lanes: [{ lane: 0, model: 'hostile', stream: true, provider: 'elsewhere', simulated: false }],
    },
    { type: 'lane-start' as const, at: 0, lane: 0 },
    { type: 'ttft' as const, at: 100, lane: 0, ms: 100 },
    ...stamped.map(({ content, at }) => ({
      type: 'token' as const,
      at,
      lane: 0,
      content,
      kind: 'answer' as const,
    })),
    {
      type: 'done' as const,
      at: last,
      lane: 0,
      totalMs: last,
      finishReason: 'stop',
      usage: {
        inputTokens: 1,
        outputTokens: 5,
        reasoningTokens: null,
        cachedTokens: null,
        source: 'usage' as const,
      },
      costUsd: null,
      gateway: null,
    },
    {
      type: 'race-end' as const,
      at: last,
      standings: [{ lane: 0, place: 1, value: last, gap: 0, deadHeat: false }],
      marginMs: 1,
      reason: 'finished' as const,
    },
  ]
  return events.map((event, seq) => ({ ...event, seq }))
}
