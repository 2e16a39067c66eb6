/** The pages in the oldest browsers that the web is built for, as far as what scripts call is concerned. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { asInOldestBrowsers } from './support/oldest-browsers.ts'
import { useRacePage } from './support/race-page.ts'

const { at, button, lane, open, setUp } = useRacePage()
beforeEach(() => asInOldestBrowsers(at.context))

test('they lack what is newer, and have what is as old', async () => {
  await open()
  const has = await at.page.evaluate(() => ({
    urlParse: 'parse' in URL,
    canParse: 'canParse' in URL,
    streamLoop: Symbol.asyncIterator in ReadableStream.prototype,
    reader: 'getReader' in ReadableStream.prototype,
    requestIdleCallback: 'requestIdleCallback' in globalThis,
  }))
  expect(has).toEqual({
    urlParse: false,
    canParse: true,
    streamLoop: false,
    reader: true,
    requestIdleCallback: false,
  })
})

test('a race is run, with its evidence, replayed and exported', async () => {
  await setUp('sim-quick', 'sim-slow')
  await button('Start').click()
  await lane(1).getByText('WIN', { exact: true }).waitFor()
  await at.page.getByRole('heading', { name: 'Photo finish' }).waitFor()
  const evidence = at.page.getByRole('region', { name: 'Evidence' })
  await evidence.getByText('Beside the simulator’s ledger').click()
  await evidence.getByRole('row', { name: /sim-slow/ }).waitFor()
  await at.page.getByRole('link', { name: 'Replay' }).click()
  await button('Play').click()
  await button('Replay').waitFor()
  const [, id] = /\/race\/([^/]+)\/replay$/.exec(at.page.url())!
  const exported = await at.openExported(id!)
  await exported.getByRole('button', { name: 'Replay' }).waitFor()
  expect(at.complaints).toEqual([])
})

test('races of the past are found, compared, counted and brought back', async () => {
  const order = { prompt: 'An old axolotl', lanes: [{ model: 'sim-quick' }, { model: 'sim-slow' }] }
  const { raceId } = await race(at.house.app.url, order)
  await race(at.house.app.url, order)
  await open('/history?text=axolotl')
  await at.page
    .getByRole('link', { name: /^Compare/ })
    .first()
    .click()
  await at.page.getByRole('heading', { name: 'Compare', level: 1 }).waitFor()
  await open('/leaderboard')
  await at.page
    .getByRole('row', { name: /sim-quick/ })
    .first()
    .waitFor()
  const file = join(at.folder, 'axolotl.tape.jsonl')
  writeFileSync(file, await at.exported(raceId!, 'tape'))
  await fetch(at.url(`/api/races/${raceId}`), { method: 'DELETE' })
  await open('/history')
  await button('Import a tape').waitFor()
  await at.page.locator('input[type=file]').setInputFiles(file)
  await at.page.waitForURL(new RegExp(`/race/${raceId}$`))
  await lane(1).getByText('WIN', { exact: true }).waitFor()
  expect(at.complaints).toEqual([])
})

test.each(['/gateway', '/prompts', '/compare/no-such-race', '/no-such-page'])('%s is shown', async (path) => {
  await open(path)
  await at.page.getByRole('heading', { level: 1 }).waitFor()
  expect(at.complaints.filter((complaint) => !/status of 404/.test(complaint))).toEqual([])
})
