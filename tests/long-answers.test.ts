/** A long answer that is whole shows its beginning before the rest is read, and what is shown does not move. */
import { expect, test } from 'vitest'
import { useHousePage } from './support/house-page.ts'
import { longRace } from './support/long-race.ts'
import { toTapeFile } from './support/tape-file.ts'

const at = useHousePage()

const paragraphs = Array.from({ length: 2_000 }, (_, index) => `Paragraph ${index + 1} of a long answer.`)
const answer = paragraphs.join('\n\n')

test('on the page of a race', async () => {
  await open('long-race', '')
  await expectBeginningFirst()
})

test('at the end of a replay', async () => {
  await open('long-replay', '/replay')
  await at.page.getByRole('slider', { name: 'Time in the race' }).press('End')
  await expectBeginningFirst()
})

async function open(raceId: string, end: string) {
  const lanes = ['one', 'other'].map((model) => ({ model, answer, totalMs: 30_000 }))
  const body = toTapeFile(longRace(raceId, 'Go on.', lanes))
  const headers = { 'content-type': 'application/jsonl' }
  const imported = await fetch(at.url('/api/races/import'), { method: 'POST', headers, body })
  expect(imported.status).toBe(201)
  await at.page.addInitScript(watchAnswer)
  await at.page.goto(at.url(`/race/${raceId}${end}`))
}

async function expectBeginningFirst() {
  const shown = at.page.locator('#lane-1 .lane-answer')
  await shown.getByText('The end.').waitFor({ state: 'attached' })
  expect(await shown.locator('p').allTextContents()).toEqual([
    ...paragraphs.slice(0, -1),
    `${paragraphs.at(-1)} The end.`,
  ])
  await expect.poll(async () => (await seen()).at(-1)?.top).toBeTypeOf('number')
  const [first, ...others] = await seen()
  expect(first?.length).toBeGreaterThan(1_000)
  expect(first?.length).toBeLessThan(answer.length * 0.1)
  expect(new Set(others.map(({ top }) => top))).toEqual(new Set([first?.top]))
}

const seen = () => at.page.evaluate<Seen[]>('seen')

interface Seen {
  length: number
  /** Known two frames later. */
  top?: number
}

/** Each length of the answer on the page, and where in it the tenth paragraph was painted then. */
const watchAnswer = `
  globalThis.seen = []
  new MutationObserver(() => {
    const answer = document.querySelector('#lane-1 .lane-answer')
    const length = answer?.textContent.length ?? 0
    if (length === (seen.at(-1)?.length ?? 0)) return
    const now = { length }
    seen.push(now)
    const top = (element) => element.getBoundingClientRect().top
    const look = () => { now.top = top(answer.querySelectorAll('p')[9]) - top(answer) }
    requestAnimationFrame(() => requestAnimationFrame(look))
  }).observe(document, { childList: true, subtree: true })`
