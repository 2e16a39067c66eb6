/** A sentinel has none of the lanes' colours: its plate and its line are drawn in the same dim ink everywhere. */
import { expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { useHousePage } from './support/house-page.ts'

const at = useHousePage()

const folds = [
  'Splits in figures',
  'The gateway’s account beside the tape',
  'Beside the simulator’s ledger',
  'The same tape by other tools’ definitions',
]

test('a sentinel has one colour on the whole page of its race', async () => {
  const lanes = Array(4).fill({ model: 'sim-quick' })
  const { raceId } = await race(at.house.app.url, { prompt: 'Watched.', lanes, sentinel: true })
  await at.page.goto(at.url(`/race/${raceId}`))
  await at.page.getByRole('heading', { name: 'Photo finish' }).waitFor()
  for (const name of folds) await at.page.getByText(name, { exact: true }).click()
  const tables = at.page.locator('.photo-splits table, .evidence table')
  for (let table = 0; table < folds.length; table++) await tables.nth(table).waitFor()
  const plates = at.page.locator('.plate-shape').locator('xpath=..').filter({ hasText: /^5$/ })
  // Strip, lane and index; the chart and its legend; a table in each fold.
  await expect.poll(() => plates.count()).toBe(5 + folds.length)
  const line = at.page.locator('.photo-box g[data-lane="4"] > path').first()
  const colours = [
    ...(await plates.evaluateAll((all) =>
      all.map((plate) => plate.ownerDocument.defaultView!.getComputedStyle(plate.firstElementChild!).fill),
    )),
    await line.evaluate((path) => path.ownerDocument.defaultView!.getComputedStyle(path).stroke),
  ]
  expect(new Set(colours).size, colours.join(' ')).toBe(1)
})
