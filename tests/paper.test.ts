/** Pages as they are printed: whole, in the light colours, and without buttons. */
import { expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { expectInside, useLayoutPage } from './support/layout-page.ts'

const { at, open } = useLayoutPage('long', 'columns')

test('a race on paper is light and whole: lanes two by two, each answer to its end, no buttons', async () => {
  await at.page.emulateMedia({ colorScheme: 'dark' })
  await open('/race/long', 718)
  await at.page.getByRole('heading', { name: 'Photo finish' }).waitFor()
  await at.page.emulateMedia({ media: 'print' })
  const { page } = at
  await page.locator('.lane-answer').last().getByText('The end.').waitFor()
  expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('light')
  for (const part of ['.header', '.telemetry', '.button-main', '.switch', '.export', '.lane-index'])
    expect(await page.locator(part).filter({ visible: true }).count(), part).toBe(0)
  const cutOff = await page
    .locator('.lane-scroll, .lanes-columns, .prompt-text, .md-table, pre')
    .evaluateAll(
      (all) =>
        all.filter((box) =>
          ['auto', 'scroll', 'hidden'].includes(
            box.ownerDocument.defaultView!.getComputedStyle(box).overflowX,
          ),
        ).length,
    )
  expect(cutOff).toBe(0)
  const places = await page
    .locator('.lane')
    .evaluateAll((all) => all.map((lane) => lane.getBoundingClientRect()))
  expect(new Set(places.map(({ left }) => Math.round(left))).size).toBe(2)
  expect(new Set(places.map(({ top }) => Math.round(top))).size).toBe(4)
  expect(Math.max(...places.map(({ right }) => right))).toBeLessThanOrEqual(718)
  expect(places.at(-1)!.height).toBeGreaterThan(2000)
  expect(await page.locator('.photo-box svg').getAttribute('viewBox')).toMatch(/^0 0 700 /)
})

test('a table of forty columns on paper is as wide as the paper, and covers no other lane', async () => {
  await open('/race/columns', 718)
  const table = at.page.locator('.md-table table')
  await table.waitFor()
  await at.page.emulateMedia({ media: 'print' })
  const [left, right] = await at.page.locator('.lane').all()
  const { x, width, y, height } = (await table.boundingBox())!
  expect(x + width).toBeLessThanOrEqual(718)
  const beside = (await right!.boundingBox())!
  expect(beside.x >= x + width || beside.y >= y + height).toBe(true)
  expect((await left!.boundingBox())!.x).toBe(beside.x)
})

test('a leaderboard on paper is whole: charts and tables end at its edge', async () => {
  const lanes = [{ model: 'sim-quick' }, { model: 'sim-sprint', params: { maxTokens: 20 } }]
  await race(at.house.app.url, { prompt: 'For the board.', lanes })
  await open('/leaderboard', 703)
  const charts = at.page.locator('.chart-box .recharts-wrapper > svg')
  await charts.nth(1).waitFor()
  await at.page.emulateMedia({ media: 'print' })
  await expect.poll(() => charts.first().getAttribute('width')).toBe('700')
  const ends = await at.page
    .locator('.board-charts svg, .board-statistics table')
    .evaluateAll((all) => all.map((part) => part.getBoundingClientRect().right))
  expect(ends.length).toBeGreaterThan(3)
  expect(Math.max(...ends)).toBeLessThanOrEqual(703)
  await expectInside(at.page.locator('.chart-box'), 'svg')
  const onTwoLines = at.page.locator('.chart-box text').filter({ has: at.page.locator('tspan + tspan') })
  expect(await onTwoLines.allTextContents()).toEqual([])
})
