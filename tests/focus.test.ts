/** Where the focus goes when the element that had it is gone: people without a mouse go on from there. */
import { beforeAll, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { useHousePage } from './support/house-page.ts'

const at = useHousePage()
let raceId: string | null

beforeAll(async () => {
  const lanes = [{ model: 'sim-quick' }, { model: 'sim-slow' }]
  await race(at.house.app.url, { prompt: 'A tapir to stay', lanes })
  raceId = (await race(at.house.app.url, { prompt: 'An okapi to go', lanes })).raceId
})

const open = (path: string) => at.page.goto(at.url(path))
/** The id of the focused element, else its class, else its text. */
const focused = () =>
  at.page.evaluate<string>(
    '(({ id, className, textContent }) => id || className || textContent)(document.activeElement)',
  )

const focusedName = () => at.page.locator(':focus').innerText({ timeout: 1_000 })

async function pressOn(role: 'link' | 'button', name: string | RegExp): Promise<void> {
  await at.page.getByRole(role, { name }).first().focus()
  await at.page.keyboard.press('Enter')
}

test('Escape in the menu of exports moves it back to the button of the menu', async () => {
  await open(`/race/${raceId}`)
  await at.page.getByText('Export', { exact: true }).click()
  await at.page.getByRole('link', { name: 'Figures' }).focus()
  await at.page.keyboard.press('Escape')
  expect(await focused()).toBe('Export')
  expect(await at.page.getByRole('link', { name: 'Figures' }).isVisible()).toBe(false)
})

test('a prompt chosen in the library has it in the prompt field, ready for changes', async () => {
  await open('/')
  await pressOn('button', 'Prompt library')
  await at.page.locator('.library-prompt').first().focus()
  await at.page.keyboard.press('Enter')
  await at.page.locator('#prompt-library').waitFor({ state: 'detached' })
  await expect.poll(focused).toContain('prompt-input')
})

test('a new page takes it when the link that led there is gone', async () => {
  await open('/history')
  await pressOn('link', /okapi/)
  await at.page.getByRole('button', { name: 'Race again' }).waitFor()
  await expect.poll(focused).toBe('content')
  await open('/prompts')
  await pressOn('link', /^Race this/)
  await at.page.getByRole('combobox', { name: 'Model of lane 1' }).waitFor()
  await expect.poll(focused).toBe('content')
})

test('a link that stays keeps it', async () => {
  await open('/')
  await pressOn('link', 'History')
  await at.page.getByRole('heading', { name: 'History' }).waitFor()
  expect(await focused()).not.toBe('content')
  expect(await at.page.getByRole('link', { name: 'History' }).first().getAttribute('aria-current')).toBe(
    'page',
  )
})

test('it stays on a button that is busy, that failed, or that has nothing more to do', async () => {
  await at.page.route('**/api/calibrate', () => {})
  await open('/history')
  await pressOn('button', 'recalibrate')
  await at.page.getByRole('banner').getByText('calibrating …').waitFor()
  expect(await focusedName()).toBe('calibrating …')

  const problem = { error: { code: 'internal', message: 'The disk is full.' } }
  await at.page.route('**/api/races/*', (route) =>
    route.request().method() === 'DELETE' ? route.fulfill({ status: 500, json: problem }) : route.continue(),
  )
  await pressOn('button', /^Delete/)
  await at.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).focus()
  await at.page.keyboard.press('Enter')
  await at.page.getByText('The disk is full.').waitFor()
  expect(await focusedName()).toMatch(/^delete$/i)

  await at.page.route('**/api/prompts', (route) =>
    route.request().method() === 'POST' ? route.fulfill({ status: 500, json: problem }) : route.continue(),
  )
  await open('/prompts')
  await pressOn('button', 'Add a prompt')
  await at.page.getByLabel('Title').fill('Kept out')
  await at.page.getByRole('dialog').getByRole('textbox', { name: 'Prompt' }).fill('Why?')
  await at.page.getByRole('button', { name: 'Save' }).focus()
  await at.page.keyboard.press('Enter')
  await at.page.getByText('The disk is full.').waitFor()
  expect(await focusedName()).toMatch(/^save$/i)

  await at.page.setViewportSize({ width: 375, height: 700 })
  await open(`/race/${raceId}`)
  await pressOn('button', 'Next lane')
  await at.page.locator('.lane-index-plate[aria-current="true"]').filter({ hasText: '2' }).waitFor()
  expect(await focusedName()).toContain('Next lane')
})

test('it moves to the first field that a refused Save is about, whoever refuses it', async () => {
  const details = [{ path: 'category', message: 'Nobody uses this category.' }]
  const problem = { error: { code: 'bad_request', message: 'No.', details } }
  await at.page.route('**/api/prompts', (route) =>
    route.request().method() === 'POST' ? route.fulfill({ status: 400, json: problem }) : route.continue(),
  )
  const field = (name: string) => at.page.getByRole('dialog').getByLabel(name, { exact: true })
  await open('/prompts')
  await pressOn('button', 'Add a prompt')
  await field('Title').fill('Kept out')
  await pressOn('button', 'Save')
  await expect.poll(() => focused()).toBe(await field('Prompt').getAttribute('id'))
  expect(await field('Prompt').getAttribute('aria-invalid')).toBe('true')

  await at.page.keyboard.type('Why?')
  await pressOn('button', 'Save')
  await at.page.getByText('Nobody uses this category.').waitFor()
  await expect.poll(() => focused()).toBe(await field('Category').getAttribute('id'))
})

test('it moves to the list when a race is deleted, also the last one', async () => {
  for (const left of [1, 0]) {
    await open('/history')
    await pressOn('button', /^Delete/)
    await at.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).focus()
    await at.page.keyboard.press('Enter')
    await expect.poll(() => at.page.getByRole('button', { name: /^Delete/ }).count()).toBe(left)
    await at.page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(focused).toBe('history-list')
  }
})

test('it moves to the prompt that takes the place of one’s own prompt that was deleted', async () => {
  const category = 'Tests of the focus'
  for (const title of ['An own one', 'Another own one']) {
    const body = JSON.stringify({ title, category, text: 'Why?' })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(at.url('/api/prompts'), { method: 'POST', headers, body })).ok).toBe(true)
  }
  await open('/prompts')
  const titles = at.page.getByRole('heading', { level: 3 })
  await titles.filter({ hasText: 'An own one' }).waitFor()
  const all = await titles.allInnerTexts()
  const before = all[all.indexOf('An own one') - 1]
  for (const [doomed, heir] of [
    ['An own one', 'Another own one'],
    ['Another own one', before],
  ]) {
    await at.page.getByRole('button', { name: `Delete prompt: ${doomed}`, exact: true }).focus()
    await at.page.keyboard.press('Enter')
    await at.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).focus()
    await at.page.keyboard.press('Enter')
    await at.page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => at.page.locator('h3:focus').allInnerTexts()).toEqual([heir])
  }
})

test('it moves to the neighbour of a removed lane, and after the last one to the button that adds a lane', async () => {
  await open('/')
  await at.page.getByRole('button', { name: 'Remove lane 2' }).waitFor()
  await pressOn('button', 'Remove lane 2')
  await at.page.getByRole('button', { name: 'Remove lane 2' }).waitFor({ state: 'detached' })
  expect(await focusedName()).toBe('Remove lane 1')
  await at.page.keyboard.press('Enter')
  await at.page.getByRole('button', { name: 'Remove lane 1' }).waitFor({ state: 'detached' })
  expect(await focusedName()).toBe('+ Add lane')
})
