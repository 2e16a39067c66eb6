/** What goes on beside a race while it is timed. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { openBrowser } from '../../tests/support/browser.ts'
import { buildWeb } from '../build-web.ts'

export const cases = ['nothing else', 'history and leaderboard hammered', 'a browser watching'] as const
export type Case = (typeof cases)[number]

interface During {
  /** The race has begun. */
  race(raceId: string): void
  end(): Promise<void>
}

type Cases = Record<Case, { begin(): Promise<During> }> & { close(): Promise<void> }

export async function createCases(appUrl: string): Promise<Cases> {
  buildWeb()
  const browser = await openBrowser()
  const page = await browser.newPage()
  return {
    'nothing else': { begin: async () => ({ race() {}, async end() {} }) },
    'history and leaderboard hammered': { begin: () => hammer(appUrl) },
    'a browser watching': {
      async begin() {
        await page.goto(appUrl, { waitUntil: 'networkidle' })
        return {
          // Within the page: loading it anew would take as long as the race.
          race: (raceId) => void page.evaluate(`history.pushState(null, '', '/race/${raceId}')`),
          end: async () => void (await page.goto('about:blank')),
        }
      },
    },
    async close() {
      await browser.close()
    },
  }
}

/**
 * A program of its own, with one thread: what it asks of the app disturbs the race, and not the collecting of its
 * garbage on every core, nor that it shares a thread with the race's viewer.
 */
async function hammer(appUrl: string): Promise<During> {
  const client = fork(join(import.meta.dirname, 'hammer.ts'), [appUrl], {
    execArgv: ['--single-threaded-gc'],
  })
  await once(client, 'message')
  return {
    race() {},
    async end() {
      const ended = once(client, 'exit')
      client.disconnect()
      await ended
    },
  }
}
