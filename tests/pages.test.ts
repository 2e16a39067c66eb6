/** The pages around the race in a real browser: one's own prompts, and each page's title. */
import { expect, test } from 'vitest'
import { useRacePage } from './support/race-page.ts'
import { setUpRace } from './support/start-page.ts'

const { at, button, expectNoSeriousFault, open } = useRacePage()

test('a prompt of one’s own is written and kept', async () => {
  await open('/prompts')
  await at.page
    .getByRole('button', { name: /^(Add|New)/ })
    .first()
    .click()
  await at.page.getByLabel('Title').fill('Axolotl')
  await at.page.getByRole('textbox', { name: /^(Prompt|Text)/ }).fill('Tell me about the axolotl.')
  await at.page.getByRole('button', { name: /^Save|^Add prompt/ }).click()
  await at.page.getByText('Axolotl', { exact: true }).waitFor()
  await expectNoSeriousFault()
})

test.each([
  ['/', 'LLM Drag Race'],
  ['/history', 'History · LLM Drag Race'],
  ['/leaderboard', 'Leaderboard · LLM Drag Race'],
  ['/gateway', 'Gateway · LLM Drag Race'],
  ['/prompts', 'Prompts · LLM Drag Race'],
  ['/compare/no-such-race', 'Compare · LLM Drag Race'],
  ['/race/no-such-race', 'No such race · LLM Drag Race'],
  ['/race/no-such-race/replay', 'This race cannot be replayed · LLM Drag Race'],
  ['/no-such-page', 'No such page · LLM Drag Race'],
])('%s has its own title', async (path, title) => {
  await open(path)
  await expect.poll(() => at.page.title()).toBe(title)
})

test('behind a race too, the header has the margin that its tooltip and the gateway’s page speak of', async () => {
  await at.page.route('**/api/health', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), marginMs: 77 } })
  })
  await setUpRace(at.page, at.url('/'), ['sim-quick'])
  await button('Start').click()
  await button('Race again').waitFor()
  expect(await at.page.locator('.header-fact').first().innerText()).toBe('clock ±\u00a077\u00a0ms')
  await at.page.getByRole('link', { name: 'Gateway', exact: true }).click()
  await at.page.getByText('± 77 ms recalibrate').waitFor()
})

test('a prompt that was begun is still there when its form is opened again', async () => {
  await open('/prompts')
  const text = at.page.getByRole('dialog').getByRole('textbox', { name: 'Prompt' })
  await button('Add a prompt').click()
  await text.fill('Begun, and not saved.')
  await at.page.keyboard.press('Escape')
  await button('Add a prompt').click()
  expect(await text.inputValue()).toBe('Begun, and not saved.')
})

test('the title changes with the page', async () => {
  await open('/history')
  await expect.poll(() => at.page.title()).toBe('History · LLM Drag Race')
  await at.page.getByRole('link', { name: 'Prompts', exact: true }).click()
  await expect.poll(() => at.page.title()).toBe('Prompts · LLM Drag Race')
  await at.page.getByRole('link', { name: 'Race', exact: true }).click()
  await expect.poll(() => at.page.title()).toBe('LLM Drag Race')
})
