/** The one button that is Start, Stop and Race again: with the keyboard, a double click, and a key that is held. */
import { expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { useHousePage } from './support/house-page.ts'
import { setUpRace } from './support/start-page.ts'

const at = useHousePage()

const button = (name: string) => at.page.getByRole('button', { name, exact: true })
const row = (number: number) => at.page.locator(`.strip-row[data-lane="${number - 1}"]`)
const focused = async () => (await at.page.locator(':focus').allTextContents()).join()
const setUp = () => setUpRace(at.page, at.url('/'), ['sim-quick', 'sim-slow'])

async function expectWholeRace(): Promise<void> {
  await button('Race again').waitFor()
  expect(await row(1).getAttribute('data-result')).toBe('win')
  expect(await row(2).getAttribute('data-result')).toBe('behind')
}

test('keeps the focus from the start to the end and into the next race', async () => {
  await setUp()
  await button('Start').focus()
  await at.page.keyboard.press('Enter')
  await button('Stop').waitFor()
  await expect.poll(focused).toBe('Stop')
  await expectWholeRace()
  expect(await focused()).toBe('Race again')
  const first = at.page.url()
  await at.page.keyboard.press('Enter')
  await button('Stop').waitFor()
  await expect.poll(() => at.page.url()).not.toBe(first)
  expect(await focused()).toBe('Stop')
  expect(at.complaints).toEqual([])
})

test('has the focus after Ctrl+Enter in the prompt, and the same keys do not stop', async () => {
  await setUp()
  await at.page.getByRole('textbox', { name: 'Prompt' }).focus()
  await at.page.keyboard.press('Control+Enter')
  await button('Stop').waitFor()
  await expect.poll(focused).toBe('Stop')
  await at.page.keyboard.press('Control+Enter')
  await expectWholeRace()
  expect(await focused()).toBe('Race again')
})

test('takes the focus that was in a lane of the race before', async () => {
  await setUp()
  await button('Start').click()
  await expectWholeRace()
  await at.page.getByRole('region', { name: 'Answer of lane 1' }).focus()
  await at.page.keyboard.press('Control+Enter')
  await button('Stop').waitFor()
  await expect.poll(focused).toBe('Stop')
})

test('takes the focus of “New race”, which disappears with the race', async () => {
  await setUp()
  await button('Start').click()
  await expectWholeRace()
  await button('New race').focus()
  await at.page.keyboard.press('Enter')
  await button('Start').waitFor()
  expect(await focused()).toBe('Start')
})

test('does not take the focus of a lane’s Stop, which stays with the lane', async () => {
  await setUpRace(at.page, at.url('/'), ['sim-long', 'sim-long'])
  await button('Start').click()
  await button('Stop lane 1').focus()
  await at.page.keyboard.press('Enter')
  await button('Stop lane 1').waitFor({ state: 'detached' })
  expect(await at.page.locator(':focus').getAttribute('aria-label')).toBe('Lane 1, sim-long')
  await button('Stop').click()
})

test('does not stop the race at the second half of a double click', async () => {
  await setUp()
  const box = (await button('Start').boundingBox())!
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await at.page.mouse.click(x, y)
  await button('Stop').waitFor()
  await at.page.mouse.move(x, y)
  await at.page.mouse.down({ clickCount: 2 })
  await at.page.mouse.up({ clickCount: 2 })
  await expectWholeRace()
})

test('a lane’s Stop and “Rerun lane” take no second half of a double click on each other', async () => {
  const clickAgain = async (name: string) => {
    const box = (await button(name).boundingBox())!
    await at.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await at.page.mouse.down({ clickCount: 2 })
    await at.page.mouse.up({ clickCount: 2 })
    // Whatever the click sends is on its way then.
    await at.page.evaluate('new Promise(requestAnimationFrame)')
  }
  const posts = (path: RegExp) => at.requested.filter((url) => path.test(url)).length
  await setUpRace(at.page, at.url('/'), ['sim-long'])
  await button('Start').click()
  await button('Stop lane 1').click()
  await button('Rerun lane 1 alone').waitFor()
  await clickAgain('Rerun lane 1 alone')
  expect(posts(/\/api\/race$/)).toBe(1)
  await button('Rerun lane 1 alone').click()
  await button('Stop lane 1').waitFor()
  await clickAgain('Stop lane 1')
  expect(posts(/\/stop$/)).toBe(1)
  await button('Stop').click()
  await button('Race again').waitFor()
})

test('is not pressed again by a key that is held', async () => {
  await setUp()
  await button('Start').focus()
  await at.page.keyboard.down('Enter')
  await button('Stop').waitFor()
  await expect.poll(focused).toBe('Stop')
  // Playwright repeats a key that is down already.
  await at.page.keyboard.down('Enter')
  await at.page.keyboard.up('Enter')
  await expectWholeRace()
})

test('the draft that “New race” replaces can be brought back by one press, also after a reload', async () => {
  const draft = 'A draft of a long evening.'
  const prompt = at.page.getByRole('textbox', { name: 'Prompt', exact: true })
  const { raceId } = await race(at.url(''), { prompt: 'Raced.', lanes: [{ model: 'sim-quick' }] })
  await setUp()
  await button('Bring my draft back').waitFor({ state: 'detached' })
  await prompt.fill(draft)
  await at.page.goto(at.url(`/race/${raceId}`))
  await button('New race').click()
  await at.page.reload()
  await button('Remove lane 1').waitFor()
  expect(await prompt.inputValue()).toBe('Raced.')
  await button('Bring my draft back').focus()
  await at.page.keyboard.press('Enter')
  await button('Bring my draft back').waitFor({ state: 'detached' })
  expect(await prompt.inputValue()).toBe(draft)
  expect(await prompt.evaluate((field) => field.ownerDocument.activeElement === field)).toBe(true)
  await button('Remove lane 2').waitFor()
  await button('Start').click()
  await expectWholeRace()
  await button('New race').click()
  expect(await prompt.inputValue()).toBe(draft)
  expect(await button('Bring my draft back').count()).toBe(0)
})

test('announces that a stop is under way, and when it failed', async () => {
  const said = at.page.getByRole('status')
  await setUpRace(at.page, at.url('/'), ['sim-long', 'sim-long'])
  await at.page.route('**/stop', async (route) => {
    await said.filter({ hasText: 'Stopping …' }).waitFor()
    await route.fulfill({ status: 500, json: { error: { code: 'internal', message: 'The disk is full.' } } })
  })
  await button('Start').click()
  await button('Stop lane 1').click()
  await said.filter({ hasText: 'Stop did not work: The disk is full.' }).waitFor()
  expect(await said.filter({ hasText: 'Stopping …' }).count()).toBe(0)
  await at.page.unroute('**/stop')
  await button('Stop lane 1').click()
  await said.filter({ hasText: /Lane 1, .*: stopped after/ }).waitFor()
  await button('Stop').click()
})

test('the page says which parts of the race before the setup cannot hold', async () => {
  const messages = ['What is 6 times 7?', '42', 'And 8 times 9?'].map((content, index) => ({
    role: index === 1 ? ('assistant' as const) : ('user' as const),
    content,
  }))
  const { raceId } = await race(at.url(''), {
    messages,
    lanes: [{ model: 'sim-quick', params: { seed: 7 } }],
  })
  await at.page.goto(at.url(`/race/${raceId}`))
  await button('New race').click()
  const note = at.page.getByText('Left out of the previous race')
  await expect.poll(() => note.innerText()).toContain('2 other messages of its conversation, the seed.')
  await at.page.getByRole('textbox', { name: 'Prompt' }).fill('Something else.')
  await note.waitFor({ state: 'detached' })
})
