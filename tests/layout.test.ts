/** Where things stand on a page, measured in the browser: nothing lies over its neighbour, and nothing is cut off. */
import type { Health } from '@drag-race/contracts'
import type { Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { useHousePage } from './support/house-page.ts'
import { type LongLane, longRace } from './support/long-race.ts'
import { toTapeFile } from './support/tape-file.ts'

const at = useHousePage()

const winner = 'anthropic.claude-opus-4-5-20251101-v1-with-a-very-long-name-of-its-own'
const arabic = 'مرحبا بالعالم، هذه إجابة طويلة.'
const mixed = `${arabic}\n\n- ${arabic}\n- second\n\n| ${arabic} | 2 |\n|---|---|\n| 1 | 2 |\n\nHello.\n\n- Also`
const answers = ['One two three.', `${mixed}\n\n\`\`\`\ncode()\n\`\`\``, 'Three.', 'Four.']
const times = [11_240, 24_080, 120_310, 36_500, 47_110, 58_220, 69_330, 99_990]
const field = times.map(
  (totalMs, lane): LongLane => ({
    model: lane === 0 ? winner : `model-${lane + 1}`,
    answer: answers[lane % answers.length]!,
    totalMs,
    ...(lane > 5 && { failure: `Stream cut (${'0123456789abcdef'.repeat(20)}).` }),
  }),
)

beforeAll(async () => {
  await bring('four', field.slice(0, 4))
  await bring('eight', field)
  await bring('long', [
    ...field.slice(0, 7),
    { model: 'wordy', answer: 'Many words. '.repeat(5_000), totalMs: 30_000 },
  ])
  await bring('sixteen', [...field, ...field])
  await bring('unbroken', [{ model: 'x'.repeat(200), answer: 'One.', totalMs: 1900 }, ...field.slice(1, 3)])
})

describe('the strip of times of ten seconds and more', () => {
  test.each([375, 640, 721, 768, 820, 1100, 1280, 1440, 2560])(
    'keeps its clocks inside their column at %i px',
    async (width) => {
      await open('/race/four', width)
      await expectInside(at.page.locator('.strip-clock'), '*')
    },
  )
})

test('a strip too short for it leaves out what stands beside its ticks', async () => {
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

describe('a name without a place to break', () => {
  test.each([375, 1280])('makes no page wider than the screen, at %i px', async (width) => {
    const expectNoOverflow = async (shown: Page, path: string) => {
      await shown
        .getByRole('heading', { name: path.startsWith('/compare') ? 'Compare' : 'Photo finish' })
        .waitFor()
      const overflow = await shown.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )
      expect(overflow, path).toBeLessThanOrEqual(0)
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

  test('the history says whole by how much a race was won', async () => {
    await open('/history', width)
    const line = at.page.locator('.race-line').filter({ has: at.page.locator('a[href="/race/eight"]') })
    const verdict = line.locator('.race-line-verdict > :first-child')
    expect(await verdict.innerText()).toMatch(/^WIN by \d/)
    expect(await verdict.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0)
    await expectInside(line, '.race-line-verdict > *')
  })
})

test.each([375, 1280])(
  'a long name of a model shows its end, and is whole when copied, at %i px',
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
  expect(await clock.innerText()).toMatch(/± [\d.]+ ms|not measured/)
  await expectInside(at.page.locator('body'), 'header *')
})

test('a race on paper is by day and whole: lanes two by two, each answer to its end, nothing to press', async () => {
  await at.page.emulateMedia({ colorScheme: 'dark' })
  await open('/race/long', 718)
  await at.page.getByRole('heading', { name: 'Photo finish' }).waitFor()
  await at.page.emulateMedia({ media: 'print' })
  const { page } = at
  await page.locator('.lane-answer').last().getByText('The end.').waitFor()
  expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('light')
  for (const part of ['.header', '.telemetry', '.button-main', '.switch', '.export', '.lane-index'])
    expect(await page.locator(part).filter({ visible: true }).count(), part).toBe(0)
  const cutOff = await page
    .locator('.lane-scroll, .lanes-columns, .prompt-text, .md-table, pre')
    .evaluateAll(
      (all) =>
        all.filter((box) =>
          ['auto', 'scroll', 'hidden'].includes(
            box.ownerDocument.defaultView!.getComputedStyle(box).overflowX,
          ),
        ).length,
    )
  expect(cutOff).toBe(0)
  const places = await page
    .locator('.lane')
    .evaluateAll((all) => all.map((lane) => lane.getBoundingClientRect()))
  expect(new Set(places.map(({ left }) => Math.round(left))).size).toBe(2)
  expect(new Set(places.map(({ top }) => Math.round(top))).size).toBe(4)
  expect(Math.max(...places.map(({ right }) => right))).toBeLessThanOrEqual(718)
  expect(places.at(-1)!.height).toBeGreaterThan(2000)
  expect(await page.locator('.photo-box svg').getAttribute('viewBox')).toMatch(/^0 0 700 /)
})

describe('text that is read from the right', () => {
  async function expectFromTheRight(shown: Page) {
    const answer = shown.locator('article[data-lane="1"] .md')
    await answer.waitFor()
    expect(await directions(answer.locator('p, ul, li, table, pre'))).toEqual([
      'p rtl',
      'ul rtl',
      'li rtl',
      'p rtl',
      'li rtl',
      'p rtl',
      'table rtl',
      'p ltr',
      'ul ltr',
      'li ltr',
      'p ltr',
      'pre ltr',
    ])
    const beside = await answer
      .locator('li > p')
      .evaluateAll((all) =>
        all.map((part) => part.ownerDocument.defaultView?.getComputedStyle(part).textAlign),
      )
    expect(beside).toEqual(['right', 'right', 'left'])
    expect(await directions(shown.locator('.prompt-text'))).toEqual(['section rtl'])
  }

  test('in an answer and a prompt goes by block, in a race, a replay and an exported page', async () => {
    await open('/race/four', 1280)
    await expectFromTheRight(at.page)
    await open('/race/four/replay', 1280)
    await at.page.getByRole('slider', { name: 'Time in the race' }).press('End')
    await expectFromTheRight(at.page)
    await expectFromTheRight(await at.openExported('four'))
  })

  test('goes from the right where it is written', async () => {
    await open('/', 1280)
    const prompt = at.page.getByRole('textbox', { name: 'Prompt', exact: true })
    await prompt.fill(arabic)
    await at.page.locator('.lane-settings summary').first().click()
    const system = at.page.getByRole('textbox', { name: 'system prompt' }).first()
    await system.fill(arabic)
    expect(await directions(prompt)).toEqual(['textarea rtl'])
    expect(await directions(system)).toEqual(['textarea rtl'])
    expect(await system.inputValue()).toBe(arabic)
  })

  test('goes from the right in the lists of races', async () => {
    await open('/history', 1280)
    expect(new Set(await directions(at.page.locator('.race-line-prompt')))).toEqual(new Set(['a rtl']))
    await open('/compare/four', 1280)
    expect(new Set(await directions(at.page.locator('.compare-choices a')))).toEqual(new Set(['a rtl']))
  })
})

// After the lists: it runs a race of its own.
test('a leaderboard on paper is whole: charts and tables end at its edge', async () => {
  const lanes = [{ model: 'sim-quick' }, { model: 'sim-sprint', params: { maxTokens: 20 } }]
  await race(at.house.app.url, { prompt: 'For the board.', lanes })
  await open('/leaderboard', 703)
  const charts = at.page.locator('.chart-box .recharts-wrapper > svg')
  await charts.nth(1).waitFor()
  await at.page.emulateMedia({ media: 'print' })
  await expect.poll(() => charts.first().getAttribute('width')).toBe('700')
  const ends = await at.page
    .locator('.board-charts svg, .board-statistics table')
    .evaluateAll((all) => all.map((part) => part.getBoundingClientRect().right))
  expect(ends.length).toBeGreaterThan(3)
  expect(Math.max(...ends)).toBeLessThanOrEqual(703)
  await expectInside(at.page.locator('.chart-box'), 'svg')
})

// So does this one.
test.each([320, 375, 768, 1280])(
  "a sentinel's row is as high as the others, and says all of it at %i px",
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
  'a name keeps its place on a strip of many lanes beside the word that says it is simulated, at %i px',
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
  'what a lane was asked with stands beside its name on the slip, no part of it torn, at %i px',
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

function directions(parts: Locator): Promise<string[]> {
  return parts.evaluateAll((all) =>
    all.map((part) => {
      const style = part.ownerDocument.defaultView?.getComputedStyle(part)
      return `${part.localName} ${style?.direction}`
    }),
  )
}

function open(path: string, width: number) {
  return at.page
    .setViewportSize({ width, height: 900 })
    .then(() => at.page.goto(at.url(path)))
    .then(() => at.page.waitForLoadState('networkidle'))
}

async function bring(id: string, lanes: readonly LongLane[]) {
  const body = toTapeFile(longRace(id, arabic, lanes))
  const headers = { 'content-type': 'application/jsonl' }
  const response = await fetch(at.url('/api/races/import'), { method: 'POST', headers, body })
  expect(response.status, await response.text()).toBe(201)
}

/** What of a box stands left or right of it, by its text. */
async function expectInside(boxes: Locator, parts: string): Promise<void> {
  await boxes.first().waitFor()
  const outside = await boxes.evaluateAll(
    (all, selector) =>
      all.flatMap((box) => {
        const { left, right } = box.getBoundingClientRect()
        return [...box.querySelectorAll(selector)]
          .map((part) => ({ part, at: part.getBoundingClientRect() }))
          .filter(
            ({ part, at }) =>
              at.width > 1 &&
              !part.closest('.visually-hidden') &&
              (at.left < left - 0.5 || at.right > right + 0.5),
          )
          .map(({ part, at }) => `${part.textContent}: ${at.left - left} … ${at.right - right}`)
      }),
    parts,
  )
  expect(outside).toEqual([])
}
