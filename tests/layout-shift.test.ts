/** Pages do not move while their data comes: nothing is pushed away from under a finger or a reader's eye. */
import type { Route } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { useHousePage } from './support/house-page.ts'

/** Above this a page seems to jump: web.dev/articles/cls, "good". */
const shiftMax = 0.1

const at = useHousePage()
const paths: Record<string, string> = {}

beforeAll(async () => {
  const lanes = [{ model: 'sim-quick' }, { model: 'sim-sprint', params: { maxTokens: 20 } }]
  const run = async () => (await race(at.house.app.url, { prompt: 'Explain the tides.', lanes })).raceId
  const [one, other] = [await run(), await run()]
  Object.assign(paths, {
    start: '/',
    race: `/race/${one}`,
    replay: `/race/${one}/replay`,
    history: '/history',
    leaderboard: '/leaderboard',
    prompts: '/prompts',
    gateway: '/gateway',
    choice: `/compare/${one}`,
    comparison: `/compare/${one}/${other}`,
  })
})

describe.each([375, 1280])('at %i px', (width) => {
  test.each([
    'start',
    'race',
    'replay',
    'history',
    'leaderboard',
    'prompts',
    'gateway',
    'choice',
    'comparison',
  ])('the page “%s” does not jump, in whatever order its data comes', async (name) => {
    await at.page.setViewportSize({ width, height: 812 })
    await at.page.addInitScript(watchShifts)
    await answerLastFirst()
    await facesLate()
    await at.page.goto(at.url(paths[name]!))
    await at.page.waitForLoadState('networkidle')
    await twoFrames()
    expect(await at.page.evaluate<Shift[]>('shifts')).toSatisfy(
      (shifts: Shift[]) => shifts.reduce((sum, { value }) => sum + value, 0) < shiftMax,
    )
  })
})

test.each([
  ['fail', (route: Route) => route.abort()],
  ['never come', () => {}],
])('a page whose faces %s is drawn with the system’s', async (_, answer) => {
  await at.page.route('**/*.woff2', answer)
  await at.page.goto(at.url('/history'), { waitUntil: 'commit' })
  await at.page.getByRole('heading', { name: 'History' }).waitFor()
})

interface Shift {
  value: number
  moved: string[]
}

const watchShifts = `
  globalThis.shifts = []
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries())
      shifts.push({ value, moved: sources.map(({ node }) => node?.className || node?.nodeName) })
  }).observe({ type: 'layout-shift', buffered: true })`

/** Evaluated once, because the page's policy does not allow a text to be evaluated at each frame. */
const untilPainted = `
  new Promise((done) => {
    new PerformanceObserver((list) => {
      if (list.getEntriesByName('first-contentful-paint').length > 0) done()
    }).observe({ type: 'paint', buffered: true })
  })`

/** Each answer comes in frames of its own, after the first paint, and the last request is answered first. */
async function answerLastFirst(): Promise<void> {
  const held: (() => Promise<void>)[] = []
  let isAnswering = false
  await at.page.route('**/api/**', async (route) => {
    const response = await route.fetch()
    held.push(() => route.fulfill({ response }))
    if (isAnswering) return
    isAnswering = true
    await at.page.evaluate(untilPainted)
    for (let answer = held.pop(); answer; answer = held.pop()) {
      await twoFrames()
      await answer()
      await twoFrames()
    }
    isAnswering = false
  })
}

/** The page's faces come frames after its code, so that a page that does not wait for them is drawn before. */
async function facesLate(): Promise<void> {
  await at.page.route('**/*.woff2', async (route) => {
    const response = await route.fetch()
    await at.page.waitForLoadState('domcontentloaded')
    for (let pair = 0; pair < 8; pair++) await twoFrames()
    await route.fulfill({ response })
  })
}

function twoFrames(): Promise<unknown> {
  return at.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
}
