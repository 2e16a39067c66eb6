/** Every page at the widths of a phone, a laptop and a large screen. */
import { beforeAll, describe, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { useHousePage } from './support/house-page.ts'

const at = useHousePage()
let few: string
let many: string
beforeAll(async () => {
  const prompt = 'Explain the TCP three-way handshake.'
  const models = ['sim-quick', 'sim-slow', 'sim-thinker', 'sim-429', 'sim-cut']
  const order = models.map((model) => ({ model }))
  const tags = Object.fromEntries(
    Array.from({ length: 16 }, (_, index) => [`${index}`.padEnd(64, 'n'), 'x'.repeat(256)]),
  )
  few = (await race(at.house.app.url, { prompt, lanes: order })).raceId!
  many = (await race(at.house.app.url, { prompt, lanes: [...order, ...order, ...order, order[0]!], tags }))
    .raceId!
})

describe.each([375, 1280, 2560])('at %i px', (width) => {
  test.each<[string, () => string, string]>([
    ['the start page', () => '/', 'What the gateway saw'],
    ['a race', () => `/race/${few}`, 'Photo finish'],
    ['a race of sixteen lanes', () => `/race/${many}`, 'Photo finish'],
    ['a replay', () => `/race/${many}/replay`, 'Photo finish'],
    ['the choice of a comparison', () => `/compare/${few}`, 'Compare'],
    ['a comparison', () => `/compare/${few}/${many}`, 'sim-thinker'],
    ['the history', () => '/history', 'History'],
    ['the leaderboard', () => '/leaderboard', 'Ratings'],
    ['the gateway', () => '/gateway', 'The average call'],
    ['the prompts', () => '/prompts', 'Prompts'],
  ])('%s needs no sideways scrolling', async (_page, path, heading) => {
    await at.page.setViewportSize({ width, height: 900 })
    await at.page.goto(at.url(path()))
    await at.page.getByRole('heading', { name: heading }).first().waitFor()
    await at.page.waitForLoadState('networkidle')
    // A first token can come as late as the last one.
    await at.page.evaluate(
      "document.querySelectorAll('.track-tick').forEach(({ style }) => { style.transform = 'translateX(100%)' })",
    )
    const overflow = await at.page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(overflow).toBeLessThanOrEqual(0)
  })
})
