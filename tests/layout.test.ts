/** Where the parts of a page are, measured in the browser: none overlaps its neighbour, and none is cut off. */
import type { GatewayStats, Health, Leaderboard } from '@drag-race/contracts'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { row } from '../apps/web/src/testing/board-row.ts'
import { expectInside, useLayoutPage, winner } from './support/layout-page.ts'

const { at, open } = useLayoutPage('four', 'eight', 'sixteen', 'unbroken')

describe('the strip of times of ten seconds and more', () => {
  test.each([375, 640, 721, 768, 820, 1100, 1280, 1440, 2560])(
    'keeps its clocks inside their column at %i px',
    async (width) => {
      await open('/race/four', width)
      await expectInside(at.page.locator('.strip-clock'), '*')
    },
  )
})

test('the strip of a race that was cut short keeps its words inside their column, also on a phone', async () => {
  const tape = (await at.exported('eight', 'tape')).replaceAll('"eight"', '"cut-short"')
  const body = tape.split('\n').slice(0, 30).join('\n')
  const headers = { 'content-type': 'application/jsonl' }
  const imported = await fetch(at.url('/api/races/import'), { method: 'POST', headers, body })
  expect(imported.status).toBe(201)
  for (const width of [320, 375, 1280]) {
    await open('/race/cut-short', width)
    expect(await at.page.locator('.strip-clock').allInnerTexts()).toContain('CUT SHORT')
    await expectInside(at.page.locator('.strip-clock'), '*')
  }
})

test('a strip that is too short leaves out the labels of its ticks', async () => {
  for (const width of [320, 375]) {
    await open('/race/four', width)
    const over = await at.page.locator('.track').evaluateAll((all) =>
      all.map((track) => {
        const finish = track.querySelector('.track-finish')!.getBoundingClientRect()
        const label = track.querySelector('.track-tick-label')!.getBoundingClientRect()
        return label.width > 0 && label.right > finish.left
      }),
    )
    expect(over, `${width} px`).toEqual(Array(4).fill(false))
  }
})

test.each([375, 1280])(
  'the first token of an average call has its time on the track however late it comes, at %i px',
  async (width) => {
    const row = { provider: 'acme', requests: 1, inputTokens: 1, outputTokens: 1, timePerOutputTokenMs: 1 }
    const rows = [0, 0.3, 0.7, 1].map((share) => ({
      ...row,
      model: `at-${share}`,
      ttftMs: 30_000 * share,
      durationMs: 30_000,
    }))
    await at.page.route('**/api/gateway-stats*', async (route) => {
      const stats = (await (await route.fetch()).json()) as GatewayStats
      await route.fulfill({ json: { ...stats, rows } })
    })
    await open('/gateway', width)
    await expectInside(at.page.locator('.strip-average .track'), '.track-tick-label')
    expect(await at.page.locator('.track-tick-label').allInnerTexts()).toContain('30,000 ms')
  },
)

test.each([375, 1280])('the overhead has its last label below its own bars, at %i px', async (width) => {
  const buckets = [5, 10, 25, null].map((toMs) => ({ toMs, count: 1 }))
  await at.page.route('**/api/gateway-stats*', async (route) => {
    const stats = (await (await route.fetch()).json()) as GatewayStats
    await route.fulfill({ json: { ...stats, overhead: { p50Ms: 7, p99Ms: 40, count: 4, buckets } } })
  })
  await open('/gateway', width)
  expect(await at.page.locator('.overhead-edge').allInnerTexts()).toContain('longer')
  await expectInside(at.page.locator('.overhead-bars'), '.overhead-edge')
})

describe('a lane', () => {
  test.each([375, 768, 1280, 1366, 1440, 1920, 2560])(
    'keeps its figures to itself at %i px',
    async (width) => {
      await open('/race/four', width)
      await expectInside(at.page.locator('.lane-figures'), '*')
    },
  )

  test('keeps the time of its slip apart from its name', async () => {
    await open('/race/four', 1280)
    const gaps = await at.page.locator('.slip-total').evaluateAll((all) =>
      all.map(({ firstElementChild, lastElementChild }) => {
        const name = firstElementChild!.getBoundingClientRect()
        return lastElementChild!.getBoundingClientRect().left - name.right
      }),
    )
    expect(Math.min(...gaps)).toBeGreaterThan(4)
  })

  test.each([375, 1280])('keeps its error to itself at %i px', async (width) => {
    await open('/race/eight', width)
    await expectInside(at.page.locator('.lane-scroll'), '.lane-error')
    const error = at.page.locator('.lane-error').first()
    expect(await error.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0)
  })
})

test('a number plate has room for its number, also in the hundreds', async () => {
  const rows = Array.from({ length: 128 }, (_, index) =>
    row({ rank: index + 1, model: `model-${index + 1}` }),
  )
  await at.page.route('**/api/leaderboard*', async (route) => {
    const board = (await (await route.fetch()).json()) as Leaderboard
    await route.fulfill({ json: { ...board, rows } })
  })
  await open('/leaderboard', 1280)
  const cut = await at.page.locator('.board-rank .plate').evaluateAll((plates) =>
    plates
      .filter((plate) => {
        const shape = plate.querySelector('path')!
        const { x, y, width, height } = plate.querySelector('text')!.getBBox()
        const corners = [0.35, 0.75].flatMap((down) =>
          [0, 1].map((along) => ({ x: x + along * width, y: y + down * height })),
        )
        return !corners.every((corner) => shape.isPointInFill(corner))
      })
      .map(({ textContent }) => textContent),
  )
  expect(await at.page.locator('.board-rank .plate').count()).toBe(128)
  expect(cut).toEqual([])
})

describe('a name without a place to break', () => {
  test.each([375, 1280])('makes no page wider than the screen, at %i px', async (width) => {
    const expectNoOverflow = async (shown: Page, path: string) => {
      await shown
        .getByRole('heading', { name: path.startsWith('/compare') ? 'Compare' : 'Photo finish' })
        .waitFor()
      const overflow = () =>
        shown.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      // Charts follow a new width in a later frame.
      await expect.poll(overflow, { message: path }).toBeLessThanOrEqual(0)
    }
    for (const path of ['/race/unbroken', '/race/unbroken/replay', '/compare/unbroken/four']) {
      await open(path, width)
      await expectNoOverflow(at.page, path)
    }
    const exported = await at.openExported('unbroken')
    await exported.setViewportSize({ width, height: 900 })
    await expectNoOverflow(exported, 'exported')
  })
})

describe('the menu of exports', () => {
  test.each([375, 640, 768, 1000, 1100, 1280, 2560])('opens on the screen at %i px', async (width) => {
    await open('/race/four', width)
    await at.page.getByText('Export', { exact: true }).click()
    const box = await at.page.locator('.export-forms').boundingBox()
    expect(box!.x).toBeGreaterThanOrEqual(0)
    expect(box!.x + box!.width).toBeLessThanOrEqual(width)
  })
})

describe.each([375, 768, 1280, 2560])('at %i px', (width) => {
  test('the choice of a comparison shows every lane, those that did not finish pale, beside the name', async () => {
    await open('/compare/four', width)
    const line = at.page
      .getByRole('listitem')
      .filter({ has: at.page.locator('a[href="/compare/four/sixteen"]') })
    expect(await line.locator('.plate').count()).toBe(16)
    const opacities = await line
      .locator('.arrival')
      .evaluateAll((all) =>
        all.map((plate) => plate.ownerDocument.defaultView?.getComputedStyle(plate).opacity),
      )
    expect(opacities.filter((opacity) => opacity === '1')).toHaveLength(12)
    const plates = await line.locator('.arrivals').boundingBox()
    const name = await line.getByRole('link').boundingBox()
    const isBeside = plates!.x + plates!.width <= name!.x || plates!.y + plates!.height <= name!.y
    expect(isBeside).toBe(true)
    await expectInside(line.locator('.arrivals'), '.plate')
  })

  test('the history shows in full by how much a race was won', async () => {
    await open('/history', width)
    const line = at.page.locator('.race-line').filter({ has: at.page.locator('a[href="/race/eight"]') })
    const verdict = line.locator('.race-line-verdict > :first-child')
    expect(await verdict.innerText()).toMatch(/^WIN by \d/)
    expect(await verdict.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0)
    await expectInside(line, '.race-line-verdict > *')
  })
})

test.each([375, 1280])(
  'a long name of a model is cut before its end, and is whole when copied, at %i px',
  async (width) => {
    await open('/race/sixteen', width)
    const names = at.page.locator('.strip .model-name, .lane-name .model-name').filter({ hasText: winner })
    await names.first().waitFor()
    const shown = await names.evaluateAll((all) =>
      all.map((name) => {
        const { left, right, width } = name.getBoundingClientRect()
        const text = name.firstElementChild!.firstChild!
        const end = name.ownerDocument.createRange()
        end.setStart(text, (text.textContent ?? '').length - 6)
        end.setEndAfter(text)
        const place = end.getBoundingClientRect()
        return { isCut: name.scrollWidth > width + 1, hasEnd: place.left >= left && place.right <= right + 1 }
      }),
    )
    expect(shown).toEqual(Array(4).fill({ isCut: true, hasEnd: true }))
    for (const name of await names.all()) expect(await name.innerText()).toBe(winner)
  },
)

test('a phone hides facts of the header, but not that something is wrong; the gateway page has the clock', async () => {
  await at.page.route('**/api/health', async (route) => {
    const health = (await (await route.fetch()).json()) as Health
    await route.fulfill({ json: { ...health, gateway: { ...health.gateway, isReachable: false } } })
  })
  await open('/gateway', 375)
  const header = at.page.getByRole('banner')
  expect(await header.getByText('does not answer').isVisible()).toBe(true)
  expect(await header.getByRole('button', { name: 'recalibrate' }).isVisible()).toBe(false)
  const clock = at.page.getByRole('region', { name: 'The race’s clock' })
  expect(await clock.getByRole('button', { name: 'recalibrate' }).isVisible()).toBe(true)
  expect(await clock.innerText()).toMatch(/±\s[\d.]+ ms|not measured/)
  await expectInside(at.page.locator('body'), 'header *')
})

// After the tests of the lists, because it runs races of its own.
test.each([320, 375, 768, 1280])(
  "a sentinel's row is as high as the others, with all of its text, at %i px",
  async (width) => {
    for (const count of [2, 10]) {
      const lanes = Array(count).fill({ model: 'sim-quick' })
      const { raceId } = await race(at.house.app.url, { prompt: 'Watched.', lanes, sentinel: true })
      await open(`/race/${raceId}`, width)
      const sentinel = at.page.locator('.strip-row[data-sentinel]')
      const heights = await at.page
        .locator('.strip-row')
        .evaluateAll((all) => all.map((row) => Math.round(row.getBoundingClientRect().height)))
      expect(heights.at(-1), `${count} lanes`).toBe(heights.at(-2))
      const words = sentinel.locator('.strip-provider')
      expect(await words.innerText()).toBe('simulated sentinel')
      expect(await words.evaluate((part) => part.scrollWidth - part.clientWidth)).toBeLessThanOrEqual(0)
      await expectInside(sentinel, '.strip-model, .strip-provider')
      expect(
        await sentinel.locator('.strip-model').evaluate(({ clientWidth }) => clientWidth),
      ).toBeGreaterThan(60)
    }
  },
)

// And this one.
test.each([640, 768, 1024, 1280, 1440])(
  'on a strip of many lanes a name is not cut by the word “simulated” beside it, at %i px',
  async (width) => {
    const lanes = Array(9).fill({ model: 'sim-sprint', params: { maxTokens: 5 } })
    const { raceId } = await race(at.house.app.url, { prompt: 'Many.', lanes })
    await open(`/race/${raceId}`, width)
    const names = at.page.locator('.strip-row .model-name')
    expect(await names.count()).toBe(9)
    for (const cut of await names.evaluateAll((all) =>
      all.map((name) => name.scrollWidth - name.clientWidth),
    ))
      expect(cut).toBeLessThanOrEqual(0)
  },
)

// And this one.
test.each([375, 1280])(
  'the settings of a lane are beside their label on the slip, each on one line, at %i px',
  async (width) => {
    const params = { maxTokens: 5, temperature: 0.2, topP: 0.9, seed: 7 }
    const lanes = Array(4).fill({ model: 'sim-quick', params, system: 'Be brief.' })
    const { raceId } = await race(at.house.app.url, { prompt: 'Asked.', lanes })
    await open(`/race/${raceId}`, width)
    const asked = at.page.locator('.slip-row').filter({ hasText: 'asked with' })
    const parts = asked.first().locator('dd > *')
    expect(await parts.allInnerTexts()).toEqual([
      'max tokens 5,',
      'temperature 0.2,',
      'top p 0.9,',
      'seed 7,',
      'own system prompt',
    ])
    const name = (await asked.first().locator('dt').boundingBox())!
    const boxes = await Promise.all((await parts.all()).map((part) => part.boundingBox()))
    expect(boxes[0]!.y).toBeCloseTo(name.y, 0)
    for (const box of boxes) expect(box!.height).toBeLessThan(name.height * 1.5)
    for (const box of boxes) expect(box!.x).toBeGreaterThan(name.x + name.width)
  },
)

// And this one, with all the rows that a slip has.
test.each([
  { width: 375, height: 667 },
  { width: 1280, height: 720 },
  { width: 1280, height: 800 },
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
])('a slip shows its last figure without being scrolled at $width x $height px', async (viewport) => {
  await at.page.setViewportSize(viewport)
  const thinker = { model: 'sim-thinker', params: { maxTokens: 120 } }
  for (const count of [2, 4]) {
    const lanes = Array(count).fill(thinker)
    const { raceId } = await race(at.house.app.url, { prompt: 'For the slips.', lanes })
    for (const path of [`/race/${raceId}`, `/race/${raceId}/replay`]) {
      await at.page.goto(at.url(path))
      const slider = at.page.getByRole('slider', { name: 'Time in the race' })
      if (path.endsWith('replay')) await slider.press('End')
      await at.page
        .locator('.slip')
        .nth(count - 1)
        .waitFor()
      const below = await at.page.locator('.lane-scroll .slip-total').evaluateAll((all) =>
        all.map((total) => {
          const lane = total.closest('.lane-scroll')!.getBoundingClientRect()
          return Math.round(total.getBoundingClientRect().bottom - lane.bottom)
        }),
      )
      expect(Math.max(...below), `${path}, ${count} lanes`).toBeLessThanOrEqual(0)
    }
  }
})
