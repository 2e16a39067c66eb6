/** The pages in colours that the reader has set: what is on, chosen or won still looks unlike what is not. */
import type { Locator } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { useHousePage } from './support/house-page.ts'

const at = useHousePage()
let raceId: string
beforeAll(async () => {
  const lanes = ['sim-quick', 'sim-slow'].map((model) => ({ model }))
  raceId = (await race(at.house.app.url, { prompt: 'Explain the TCP three-way handshake.', lanes })).raceId!
})

async function open(path: string) {
  await at.page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' })
  await at.page.goto(at.url(path))
}

/** The computed style, with the reader's colours in place of the page's. */
function look(part: Locator, property: string, pseudo = ''): Promise<string> {
  return part.evaluate(
    (element, [name, pseudo]) =>
      element.ownerDocument.defaultView!.getComputedStyle(element, pseudo).getPropertyValue(name!),
    [property, pseudo],
  )
}

test('a switch that is on, the chosen line and the page that is open look unlike the others', async () => {
  await open('/')
  const second = at.page.getByRole('switch', { name: 'stream lane 2' })
  await second.click()
  const on = at.page.getByRole('switch', { name: 'stream lane 1' }).locator('.switch-track')
  expect(await look(on, 'background-color')).not.toBe(
    await look(second.locator('.switch-track'), 'background-color'),
  )
  const chosen = at.page.getByText('whole answer', { exact: true })
  const other = at.page.getByText('first token', { exact: true })
  const ground = await look(at.page.locator('html'), 'background-color')
  expect(await look(chosen, 'background-color')).not.toBe(await look(other, 'background-color'))
  expect(await look(other, 'border-bottom-color')).toBe(ground)
  const pages = at.page.getByRole('navigation', { name: 'Pages' })
  const history = pages.getByRole('link', { name: 'History' })
  expect(await look(history, 'border-bottom-color')).toBe(ground)
  const here = pages.getByRole('link', { name: 'Race' })
  expect(await look(here, 'background-color')).not.toBe(await look(history, 'background-color'))
  expect(await look(at.page.getByRole('button', { name: 'Start', exact: true }), 'border-top-width')).toBe(
    '2px',
  )
})

test('a race keeps its trails, ticks, finish, winner and slips, the gateway its bars', async () => {
  await open(`/race/${raceId}`)
  const winner = at.page.locator('.strip-row[data-result="win"]')
  await winner.waitFor()
  const ground = await look(at.page.locator('html'), 'background-color')
  expect(await look(winner.locator('.track-trail'), 'background-color')).not.toBe(ground)
  expect(await look(winner.locator('.track-tick'), 'background-color', '::before')).not.toBe(ground)
  expect(await look(winner.locator('.track-finish'), 'background-image')).toContain('gradient')
  expect(await look(winner.locator('.strip-clock'), 'background-color')).not.toBe(ground)
  expect(await look(at.page.locator('.slip-paper').first(), 'border-top-style')).toBe('solid')
  await open('/gateway')
  const bar = at.page.locator('.overhead-bar').first()
  await bar.waitFor({ state: 'attached' })
  expect(await look(bar, 'background-color')).not.toBe(ground)
})
