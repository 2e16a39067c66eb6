/** What else the machine does while a race is timed. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { openBrowser } from '../../tests/support/browser.ts'
import { buildWeb } from '../build-web.ts'

export const cases = ['nothing else', 'history and leaderboard hammered', 'a browser watching'] as const
export type Case = (typeof cases)[number]

interface During {
  /** To be called when the race has begun. */
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
          // Within the page, because to load it again would take as long as the race.
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
 * A program of its own, with one thread, so that only its requests disturb the race, and not its garbage collection on
 * every core, nor a thread that it shares with the race's viewer.
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
