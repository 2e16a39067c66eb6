/** In narrow places, on a phone or in one of many lanes, no words are broken or cut off. */
import type { Locator } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { events, next, postRace, race, rest } from '../apps/api/src/testing/race-client.ts'
import { expectInside, useLayoutPage } from './support/layout-page.ts'

const { at, open } = useLayoutPage('hours', 'bursts')

test.each([320, 375])('the header shows all pages at %i px', async (width) => {
  await open('/history', width)
  const right = await at.page
    .locator('.nav a')
    .evaluateAll((all) => all.map((link) => link.getBoundingClientRect().right))
  expect(right).toHaveLength(5)
  expect(Math.max(...right)).toBeLessThanOrEqual(width)
})

test('the smallest phone has a track between the start and the finish of lanes that are set up', async () => {
  await open('/', 320)
  const finish = at.page.locator('.strip-setup .track-finish').first()
  const start = (await at.page.locator('.strip-setup .track').first().boundingBox())!
  expect((await finish.boundingBox())!.x - start.x).toBeGreaterThan(10)
})

test('on a touch screen no field has type so small that Safari enlarges the page at its focus', async () => {
  const context = await at.browser.newContext({
    viewport: { width: 375, height: 800 },
    hasTouch: true,
    isMobile: true,
  })
  const page = await context.newPage()
  for (const path of ['/', '/history', '/leaderboard', '/prompts']) {
    await page.goto(at.url(path))
    if (path === '/') await page.getByRole('combobox', { name: 'Model of lane 1' }).waitFor()
    if (path === '/prompts') await page.getByRole('button', { name: 'Add a prompt' }).click()
    await page.locator('.field').first().waitFor({ state: 'attached' })
    const sizes = await page
      .locator('input, select, textarea')
      .evaluateAll((all) =>
        all.map((field) => field.ownerDocument.defaultView!.getComputedStyle(field).fontSize),
      )
    expect(
      sizes.filter((size) => Number.parseFloat(size) < 16),
      path,
    ).toEqual([])
  }
  await context.close()
})

test.each([320, 375, 1280, 2560])(
  'a clock of a thousand seconds and more keeps clear of the finish line at %i px',
  async (width) => {
    await open('/race/hours', width)
    await expectInside(at.page.locator('.strip-clock'), '*')
    const touching = await at.page.locator('.strip-row').evaluateAll((all) =>
      all.map((row) => {
        const finish = row.querySelector('.track-finish')!.getBoundingClientRect()
        return row.querySelector('.strip-time')!.getBoundingClientRect().left - finish.right
      }),
    )
    expect(Math.min(...touching)).toBeGreaterThan(2)
  },
)

describe.each([320, 375, 1280])('at %i px', (width) => {
  test('a lane’s provider is whole beside "Rerun lane", and a sentinel’s "not ranked" is on one line', async () => {
    await open(`/race/${await stoppedRace()}`, width)
    await at.page.getByRole('button', { name: 'Rerun lane' }).first().waitFor()
    expect(await cutOff(at.page.locator('.lane-provider'))).toEqual([])
    await expectInside(at.page.locator('.lane-head'), '*')
    await at.page.locator('.slip').nth(4).waitFor()
    const words = at.page.locator('.slip-head').last().locator('> *')
    expect(await words.allInnerTexts()).toEqual(['SENTINEL', 'not ranked'])
    expect(
      await words.evaluateAll((all) =>
        all.map((part) => {
          const range = part.ownerDocument.createRange()
          range.selectNodeContents(part)
          return range.getClientRects().length
        }),
      ),
    ).toEqual([1, 1])
  })
})

test('no field is narrower than the words in it: the filters of the history, and the settings of a lane', async () => {
  await open('/history', 320)
  expect(await tooNarrow(at.page.locator('.filters select'))).toEqual([])
  const lanes = Array(4).fill({ model: 'sim-quick' })
  await at.page.evaluate(`localStorage.setItem('race-setup', '${JSON.stringify({ prompt: 'Why?', lanes })}')`)
  for (const width of [320, 1280]) {
    await open('/', width)
    await at.page.locator('.lane-settings summary').first().click()
    expect(await tooNarrow(at.page.locator('.lane-settings[open] .field')), `${width} px`).toEqual([])
  }
})

test('a lane of four has its figures on one line where a speed is too short to time', async () => {
  for (const width of [1280, 1366]) {
    await open('/race/bursts', width)
    await at.page.getByText('too short to time').first().waitFor()
    const tops = await at.page
      .locator('.lane-figures')
      .evaluateAll((all) =>
        all.map((row) => new Set([...row.children].map((part) => part.getBoundingClientRect().top)).size),
      )
    expect(tops, `${width} px`).toEqual([1, 1, 1, 1])
  }
})

test('letters set wide, as in WCAG 1.4.12, do not run over the finish line', async () => {
  for (const width of [320, 375, 1280]) {
    await open('/race/hours', width)
    await at.page.evaluate(setWide)
    await expectInside(at.page.locator('.strip-clock'), '.strip-result')
  }
})

test('letters set wide cut no name at the end of a line of the leaderboard', async () => {
  const lanes = [{ model: 'sim-quick' }, { model: 'sim-slow' }]
  for (const prompt of ['One.', 'Two.']) await race(at.house.app.url, { prompt, lanes })
  await at.page.route('**/api/leaderboard?*', async (route) => {
    const response = await route.fetch()
    const body = (await response.text()).replaceAll('sim-quick', 'amazon.gemma-mammoth-maximum')
    await route.fulfill({ response, body })
  })
  for (const width of [768, 1280, 2560]) {
    await open('/leaderboard', width)
    await at.page.evaluate(setWide)
    await expectInside(
      at.page.locator('.chart-box').filter({ has: at.page.locator('.chart-name') }),
      '.chart-name',
    )
    expect(await cutOff(at.page.locator('.chart-name')), `${width} px`).toEqual([])
  }
})

const setWide = `
  const wide = new CSSStyleSheet()
  wide.replaceSync('* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important }')
  document.adoptedStyleSheets.push(wide)`

async function stoppedRace(): Promise<string> {
  const lanes = Array(4).fill({ model: 'sim-long' })
  const response = await postRace(at.house.app.url, { prompt: 'Stopped.', lanes, sentinel: true })
  const tape = events(response)
  await next(tape, ({ type }) => type === 'token')
  const address = response.headers.get('location')!
  await fetch(at.url(`${address}/stop`), { method: 'POST' })
  await rest(tape)
  return address.split('/').at(-1)!
}

async function cutOff(parts: Locator): Promise<string[]> {
  return parts.evaluateAll((all) =>
    all.filter((part) => part.scrollWidth > part.clientWidth).map((part) => part.textContent),
  )
}

/** The chosen option or the placeholder of each field that has no room for it on one line. */
async function tooNarrow(fields: Locator): Promise<string[]> {
  await fields.first().waitFor()
  return fields.evaluateAll((all) =>
    all.flatMap((field) => {
      const { options, placeholder } = field as unknown as { options?: unknown[]; placeholder?: string }
      const words = field.ownerDocument.createElement('span')
      words.textContent = options ? (field.querySelector('option:checked')?.textContent ?? '') : placeholder!
      const { fontSize, fontStretch, fontWeight } = field.ownerDocument.defaultView!.getComputedStyle(field)
      Object.assign(words.style, {
        fontSize,
        fontStretch,
        fontWeight,
        position: 'absolute',
        whiteSpace: 'nowrap',
      })
      field.after(words)
      // A choice has its arrow beside the words.
      const need = words.getBoundingClientRect().width + (options ? 20 : 0)
      words.remove()
      return need > field.clientWidth ? [`${words.textContent}: ${need} in ${field.clientWidth}`] : []
    }),
  )
}
