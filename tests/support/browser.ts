/** A real browser that comes with the project's dependencies: it needs no root and no download of its own. */
import chromium from '@sparticuz/chromium'
import { type Browser, chromium as playwright } from 'playwright-core'

/**
 * `CHROMIUM_PATH` names another Chromium. The package's own arguments are left out: they switch off web security, which
 * is part of what is tested, and run everything in one process, which dies with its first closed page.
 */
export async function openBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: process.env.CHROMIUM_PATH || (await chromium.executablePath()),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--no-first-run',
    ],
    headless: true,
  })
}
