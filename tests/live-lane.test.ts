/** What a lane shows while its stream hangs: all that came, and how long nothing has come. */
import { expect, test } from 'vitest'
import { useHousePage } from './support/house-page.ts'
import { setUpRace } from './support/start-page.ts'

const at = useHousePage(async () => ({
  models: [
    {
      name: 'sim-hanging',
      provider: 'simulator',
      params: { model: 'steady?ttft=20&tps=100&tokens=400&stallAfter=115' },
    },
  ],
}))

const lane = (number: number) => at.page.locator(`article[data-lane="${number - 1}"]`)
const figure = (number: number, unit: string) =>
  lane(number)
    .locator('.lane-figure')
    .filter({ has: at.page.getByText(unit, { exact: true }) })
    .locator('dd')
const button = (name: string) => at.page.getByRole('button', { name, exact: true })

test('a lane that hangs shows every token that came, no speed, and how long it has been silent', async () => {
  await setUpRace(at.page, at.url('/'), ['sim-hanging', 'sim-long'])
  await button('Start').click()
  const silence = lane(1).getByText(/^no token for \d+ s$/)
  await silence.waitFor()
  expect(await figure(1, 'tok/s').innerText()).toBe('—')
  expect(
    await lane(2)
      .getByText(/^no token/)
      .count(),
  ).toBe(0)
  expect(await figure(2, 'tok/s').innerText()).toMatch(/\d/)
  const shown = await figure(1, 'tokens').innerText()
  await button('Stop lane 1').click()
  await lane(1).getByRole('region', { name: 'Time slip of lane 1' }).waitFor()
  expect(await silence.count()).toBe(0)
  expect(shown).toMatch(/\d/)
  // The slip has the same count, from the tape.
  expect(await figure(1, 'tokens').innerText()).toBe(shown)
  await button('Stop').click()
  await button('Race again').waitFor()
  expect(at.complaints).toEqual([])
})

test('a lane out of view that hangs is drawn to its last token', async () => {
  await setUpRace(at.page, at.url('/'), [...Array(7).fill('sim-long'), 'sim-hanging'])
  await button('Start').click()
  await at.page.waitForURL(/\/race\//)
  await lane(8)
    .getByText(/^no token for \d+ s$/)
    .waitFor()
  const shown = await figure(8, 'tokens').innerText()
  await button('Stop').click()
  await button('Race again').waitFor()
  expect(await figure(8, 'tokens').innerText()).toBe(shown)
})

test('the heads of four lanes are of one height, whether a lane runs or has ended', async () => {
  await setUpRace(at.page, at.url('/'), ['sim-429', 'sim-long', 'sim-long', 'sim-long'])
  await button('Start').click()
  await lane(1).getByText('rate_limit').first().waitFor()
  await button('Stop lane 2').waitFor()
  const heights = await at.page
    .locator('.lane-head')
    .evaluateAll((heads) => heads.map((head) => head.getBoundingClientRect().height))
  expect(new Set(heights).size).toBe(1)
  await button('Stop').click()
  await button('Race again').waitFor()
})
