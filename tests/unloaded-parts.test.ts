/** What a page shows when a part of its code cannot be loaded. */
import { describe, expect, test } from 'vitest'
import { useRacePage } from './support/race-page.ts'

const { at, expectNoSeriousFault, lane, open, setUp } = useRacePage()

describe('a part of the page that cannot be loaded', () => {
  const failed = (what: string) => at.page.getByRole('alert').filter({ hasText: `${what} cannot be shown` })

  test('does not keep the slips from being shown', async () => {
    await at.page.route('**/assets/photo-finish-*', (route) => route.abort())
    await setUp('sim-quick', 'sim-slow')
    await at.page.keyboard.press('Control+Enter')
    await failed('The photo finish').waitFor()
    await lane(1).getByText('WIN', { exact: true }).waitFor()
    await at.page.unroute('**/assets/photo-finish-*')
    await failed('The photo finish').getByRole('button', { name: 'Reload the page' }).click()
    await at.page.getByRole('heading', { name: 'Photo finish' }).waitFor()
    expect(await failed('The photo finish').count()).toBe(0)
  })

  test('leaves the other pages reachable', async () => {
    await at.page.route('**/assets/history-page-*', (route) => route.abort())
    await open()
    await at.page.getByRole('link', { name: 'History', exact: true }).click()
    await failed('This page').waitFor()
    await expectNoSeriousFault()
    await at.page.getByRole('link', { name: 'Prompts', exact: true }).click()
    await at.page.getByRole('heading', { name: 'Prompts', level: 1 }).waitFor()
    expect(await failed('This page').count()).toBe(0)
  })
})

test.each([
  ['nothing', 0],
  ['only the first file', 1],
])('when %s of its code arrives a page says so, and what to do', async (_, count) => {
  let arrived = 0
  await at.page.route('**/assets/*.js', (route) =>
    arrived++ < count ? route.continue() : route.fulfill({ status: 404, body: '' }),
  )
  await at.page.goto(at.url('/'))
  await at.page.getByRole('alert').getByText('Reload the page').waitFor()
  await at.page.unroute('**/assets/*.js')
  await at.page.reload()
  await at.page.getByRole('button', { name: 'Start', exact: true }).waitFor()
  expect(await at.page.getByRole('alert').count()).toBe(0)
})
