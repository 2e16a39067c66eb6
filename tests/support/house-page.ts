/**
 * All three programs (a house), a browser and, for each test, a new page, with a folder for files, the page's errors
 * and its requests. Call it once in a test file; it starts and ends all of them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { openBrowser } from './browser.ts'
import { type House, type HouseOptions, startHouse } from './programs.ts'

export interface HousePage {
  house: House
  browser: Browser
  context: BrowserContext
  page: Page
  folder: string
  /** The errors of all pages, content security violations included. */
  complaints: string[]
  requested: string[]
  url(path: string): string
  exported(id: string, as: string): Promise<string>
  /** The page of a race, exported as HTML and opened from its file, without a network. */
  openExported(id: string): Promise<Page>
}

/**
 * Its members are set in the hooks; `page`, `complaints` and `requested` are new in each test. `prepare` runs before
 * the house is started.
 */
export function useHousePage(prepare?: () => Promise<HouseOptions>): HousePage {
  const at = {
    url: (path) => at.house.app.url + path,
    exported: async (id, as) => (await fetch(at.url(`/api/races/${id}/export?as=${as}`))).text(),
    async openExported(id) {
      const file = join(at.folder, `${id}.html`)
      writeFileSync(file, await at.exported(id, 'html'))
      await at.context.setOffline(true)
      at.requested.length = 0
      const shown = await at.context.newPage()
      await shown.goto(pathToFileURL(file).href)
      await shown.getByRole('slider', { name: 'Time in the race' }).waitFor()
      return shown
    },
  } as HousePage
  beforeAll(async () => {
    at.folder = mkdtempSync(join(tmpdir(), 'house-page-'))
    at.house = await startHouse(await prepare?.())
    at.browser = await openBrowser()
  })
  afterAll(async () => {
    await at.browser?.close()
    await at.house?.stop()
    rmSync(at.folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    at.complaints = []
    at.requested = []
    at.context = await at.browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: 'reduce',
    })
    at.context.on('console', (message) => message.type() === 'error' && at.complaints.push(message.text()))
    at.context.on('weberror', (error) => at.complaints.push(error.error().message))
    at.context.on('request', (request) => at.requested.push(request.url()))
    at.page = await at.context.newPage()
  })
  afterEach(() => at.context.close())
  return at
}
