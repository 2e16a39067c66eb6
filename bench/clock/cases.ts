/** What goes on beside a race while it is timed. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { openBrowser } from '../../tests/support/browser.ts'
import { root } from '../../tests/support/programs.ts'

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
    'history and leaderboard hammered': { begin: async () => hammer(appUrl) },
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

/** Two clients that ask again as soon as they are answered: pages with a search through all answers, boards, whole tapes. */
function hammer(appUrl: string): During {
  let isOver = false
  const paths = [
    '/api/races?limit=100',
    '/api/races?limit=100&text=no-such-text-in-any-answer',
    '/api/leaderboard?by=ttft',
    '/api/leaderboard?by=decode',
  ]
  const client = async (offset: number) => {
    const { races } = await read<{ races: { id: string }[] }>(`${appUrl}/api/races?limit=50`)
    for (let turn = offset; !isOver; turn++) {
      await read(appUrl + paths[turn % paths.length]!)
      const race = races[turn % races.length]
      if (race) await (await fetch(`${appUrl}/api/races/${race.id}/events`)).text()
    }
  }
  const clients = [client(0), client(2)]
  return {
    race() {},
    async end() {
      isOver = true
      await Promise.all(clients)
    },
  }
}

async function read<Body>(url: string): Promise<Body> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
  return (await response.json()) as Body
}

/** Anew each time: two seconds, and never the page of yesterday. */
function buildWeb() {
  const folder = join(root, 'apps', 'web')
  const vite = join(folder, 'node_modules', 'vite', 'bin', 'vite.js')
  const { status } = spawnSync(process.execPath, [vite, 'build'], { cwd: folder, stdio: 'ignore' })
  if (status !== 0) throw new Error('The web could not be built: run `npm start` once and see why.')
}
