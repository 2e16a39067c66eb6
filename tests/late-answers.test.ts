/** The app answers when the dialog that asked is closed, and another one is open: that one stays. */
import type { Route } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { useHousePage } from './support/house-page.ts'

const at = useHousePage()

const button = (name: string | RegExp) => at.page.getByRole('button', { name, exact: true })
const dialog = () => at.page.getByRole('dialog')

let letGo: () => void
beforeEach(() => {
  letGo = () => {}
})

/** Requests of this method wait until `letGo` is called. */
async function hold(method: string, path: string) {
  const isFree = new Promise<void>((resolve) => {
    letGo = resolve
  })
  await at.page.route(path, async (route: Route) => {
    if (route.request().method() === method) await isFree
    await route.continue()
  })
}

async function closeWhileAsking(name: string) {
  const asked = at.page.waitForRequest((request) => request.method() !== 'GET')
  await dialog().getByRole('button', { name, exact: true }).click()
  await asked
  await at.page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })
}

/** What is done with an answer is done two frames later. */
const drawTwice = () =>
  at.page.evaluate('new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))')

test('of a race that is deleted late, in the history', async () => {
  for (const prompt of ['First.', 'Second.'])
    await race(at.house.app.url, { prompt, lanes: [{ model: 'sim-quick' }] })
  await at.page.goto(at.url('/history'))
  await hold('DELETE', '**/api/races/*')
  await button(/^Delete .*Second/).click()
  await closeWhileAsking('Delete')
  await button(/^Delete .*First/).click()
  letGo()
  await button(/^Delete .*Second/).waitFor({ state: 'detached' })
  await drawTwice()
  expect(await dialog().innerText()).toContain('First.')
})

test('of a prompt that is deleted or saved late, in the library', async () => {
  for (const title of ['First', 'Second']) {
    const body = JSON.stringify({ title, category: 'Late', text: 'Why?' })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(at.url('/api/prompts'), { method: 'POST', headers, body })).ok).toBe(true)
  }
  await at.page.goto(at.url('/prompts'))
  await hold('DELETE', '**/api/prompts/*')
  await button('Delete prompt: Second').click()
  await closeWhileAsking('Delete')
  await button('Delete prompt: First').click()
  letGo()
  await button('Delete prompt: Second').waitFor({ state: 'detached' })
  await drawTwice()
  expect(await dialog().innerText()).toContain('First')
  await at.page.keyboard.press('Escape')

  await hold('PUT', '**/api/prompts/*')
  await button('Edit prompt: First').click()
  await dialog().getByLabel('Title').fill('Third')
  await closeWhileAsking('Save')
  await button('Add a prompt').click()
  await dialog().getByLabel('Title').fill('Begun')
  letGo()
  await button('Edit prompt: Third').waitFor({ state: 'attached' })
  await drawTwice()
  expect(await dialog().getByLabel('Title').inputValue()).toBe('Begun')
})

test('a new prompt that is saved late is no draft any more', async () => {
  await at.page.goto(at.url('/prompts'))
  await hold('POST', '**/api/prompts')
  await button('Add a prompt').click()
  await dialog().getByLabel('Title').fill('Saved late')
  await dialog().getByRole('textbox', { name: 'Prompt' }).fill('Why?')
  await closeWhileAsking('Save')
  letGo()
  await button('Edit prompt: Saved late').waitFor()
  await drawTwice()
  await button('Add a prompt').click()
  expect(await dialog().getByLabel('Title').inputValue()).toBe('')
})
