/** The race as people see it: a real browser on the built web, through all three programs. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RacePage } from '@drag-race/contracts'
import { encodeEvent } from '@drag-race/wire'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBrowser } from './support/browser.ts'
import { type House, startHouse } from './support/programs.ts'
import { race } from './support/race-client.ts'

const hostileAnswer = [
  '# Hello <script>window.hacked = 1</script>',
  '<img src=x onerror="window.hacked = 2">',
  '[click](javascript:window.hacked=3) [tab](java&#9;script:window.hacked=4) [data](data:text/html,x)',
  '![tracker](http://127.0.0.1:1/pixel.png)',
  '<iframe src="http://127.0.0.1:1/"></iframe><style>body{display:none}</style>',
  '[fine](https://example.com/)',
].join('\n\n')

let house: House
let browser: Browser
let page: Page
let hostile: Server
/** What the page complained of, content security violations included. */
let complaints: string[]
let requested: string[]

beforeAll(async () => {
  hostile = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const chunk = (delta: object, finish_reason: string | null) =>
        JSON.stringify({ choices: [{ delta, finish_reason }] })
      for (const text of hostileAnswer.match(/[\s\S]{1,7}/g)!)
        response.write(encodeEvent({ data: chunk({ content: text }, null) }))
      response.end(encodeEvent({ data: chunk({}, 'stop') }) + encodeEvent({ data: '[DONE]' }))
    })
  })
  await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}/v1`
  house = await startHouse({
    models: [
      { name: 'hostile', provider: 'custom', params: { baseUrl } },
      { name: 'gpt-keyless', provider: 'openai', params: { apiKey: '$NO_SUCH_KEY' } },
    ],
  })
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await house?.stop()
  hostile?.close()
})

beforeEach(async () => {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
  })
  page = await context.newPage()
  complaints = []
  requested = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => requested.push(request.url()))
})
afterEach(async () => {
  await page.context().close()
})

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
const lane = (number: number) => page.locator(`article[data-lane="${number - 1}"]`)
const row = (number: number) => page.locator(`.strip-row[data-lane="${number - 1}"]`)

async function open(path = '/'): Promise<void> {
  await page.goto(house.app.url + path)
}

async function choose(number: number, model: string): Promise<void> {
  const field = page.getByRole('combobox', { name: `Model of lane ${number}` })
  await field.click()
  await field.fill(model)
  await page.getByRole('option', { name: new RegExp(`^${model}\\b`) }).click()
}

async function setUp(...models: string[]): Promise<void> {
  await open()
  await page.getByRole('textbox', { name: 'Prompt' }).fill('Explain the TCP three-way handshake.')
  await page.getByRole('combobox', { name: 'Model of lane 2' }).waitFor()
  if (models.length === 1) await button('Remove lane 2').click()
  for (let number = 3; number <= models.length; number++) await button('+ Add lane').click()
  for (const [index, model] of models.entries()) await choose(index + 1, model)
}

async function expectNoSeriousFault(): Promise<void> {
  await page.evaluate(axe.source)
  const serious = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
  expect(serious).toEqual([])
}
interface AxeResults {
  violations: { id: string; impact: string; nodes: { html: string }[] }[]
}

describe('the race', () => {
  test('starts with two lanes and a prompt chosen, runs by one key, and hands out a winning slip', async () => {
    await open()
    await expect.poll(() => page.getByRole('combobox').count()).toBe(2)
    expect(await page.getByRole('textbox', { name: 'Prompt' }).inputValue()).not.toBe('')
    await expectNoSeriousFault()
    await choose(1, 'sim-quick')
    await choose(2, 'sim-slow')
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/race\//)
    await lane(1).getByText('WIN', { exact: true }).waitFor()
    expect(await row(1).getAttribute('data-result')).toBe('win')
    expect(await row(2).getAttribute('data-result')).toBe('behind')
    const slip = await lane(1).getByRole('region', { name: 'Time slip of lane 1' }).innerText()
    expect(slip).toMatch(/TTFT\s+\d+(\.\d+)? ms ± \d+(\.\d+)?/)
    expect(slip).toContain('simulated')
    expect(await lane(1).locator('.lane-answer').innerText()).toMatch(/\w{3}/)
    await expectNoSeriousFault()
    expect(complaints).toEqual([])
  })

  test('lets a lane wait for the whole answer, by its own switch', async () => {
    await setUp('sim-quick', 'sim-slow')
    await page.getByRole('switch', { name: 'stream lane 2' }).click()
    await button('Start').click()
    await lane(2).getByText('waiting for the whole answer').waitFor()
    await lane(1).locator('.lane-answer').waitFor()
    expect(await lane(2).locator('.lane-answer').count()).toBe(0)
    await lane(2).getByRole('region', { name: 'Time slip of lane 2' }).waitFor()
    expect(await lane(2).locator('.lane-answer').innerText()).toMatch(/\w{3}/)
    expect(await lane(2).getByRole('region', { name: 'Time slip of lane 2' }).innerText()).not.toMatch(
      /TTFT\s+\d+(\.\d+)? ±/,
    )
  })

  test('shows a 429 on its lane, in words, with status and waiting time, while the other goes on', async () => {
    await setUp('sim-429', 'sim-quick')
    await button('Start').click()
    await lane(1).getByText('DNF 429').waitFor()
    expect(await lane(1).innerText()).toMatch(/wait 2 s/)
    await lane(2).getByText('WIN', { exact: true }).waitFor()
    expect(await row(1).innerText()).toContain('DNF')
    await expectNoSeriousFault()
  })

  test('goes on through a reload in its middle', async () => {
    await setUp('sim-long', 'sim-long')
    await button('Start').click()
    await lane(1).locator('.lane-answer').waitFor()
    const before = await lane(1).locator('.lane-answer').innerText()
    const url = page.url()
    await page.reload()
    expect(page.url()).toBe(url)
    await lane(1).locator('.lane-answer').waitFor()
    await expect
      .poll(async () => (await lane(1).locator('.lane-answer').innerText()).length)
      .toBeGreaterThan(before.length)
    expect(await lane(1).locator('.lane-answer').innerText()).toContain(before.slice(0, 40))
    await button('Stop lane 2').click()
    await expect.poll(() => row(2).getAttribute('data-result')).toBe('stopped')
    await button('Stop').click()
    await button('Race again').waitFor()
  })

  test('shows hostile markdown harmless and fetches nothing for it', async () => {
    await setUp('hostile')
    await button('Start').click()
    await lane(1).getByRole('region', { name: 'Time slip of lane 1' }).waitFor()
    const answer = lane(1).locator('.lane-answer')
    expect(await answer.innerText()).toContain('<script>window.hacked = 1</script>')
    expect(await answer.locator('script, iframe, style, img, [onerror]').count()).toBe(0)
    expect(
      await answer.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
    ).toEqual(['http://127.0.0.1:1/pixel.png', 'https://example.com/'])
    expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false)
    expect(requested.filter((url) => !url.startsWith(house.app.url))).toEqual([])
    expect(complaints).toEqual([])
  })

  test('lists a model without its key, with the variable to set, and does not let it be chosen', async () => {
    await open()
    const field = page.getByRole('combobox', { name: 'Model of lane 1' })
    await field.click()
    await field.fill('gpt-keyless')
    const option = page.getByRole('option', { name: /gpt-keyless/ })
    expect(await option.innerText()).toContain('NO_SUCH_KEY')
    expect(await option.getAttribute('aria-disabled')).toBe('true')
  })

  test('says what is wrong with an empty prompt before anything is sent', async () => {
    await setUp('sim-quick', 'sim-quick')
    await page.getByRole('textbox', { name: 'Prompt' }).fill('  ')
    await page.keyboard.press('Control+Enter')
    await page.getByText(/prompt is empty/i).waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
  })

  test('shows what the gateway counted beside what the race measured', async () => {
    await setUp('sim-quick', 'sim-slow')
    await button('Start').click()
    await lane(2).getByRole('region', { name: 'Time slip of lane 2' }).waitFor()
    const panel = page.getByRole('complementary', { name: 'Telemetry' })
    await expect.poll(() => panel.innerText()).toMatch(/TTFT, measured here/)
    expect(await panel.innerText()).toMatch(/requests\s+[\d,]+\s*\+1/)
  })
})

describe('what was raced', () => {
  test('lays the gateway’s account and other tools’ definitions beside the tape', async () => {
    await setUp('sim-quick', 'sim-slow')
    await button('Start').click()
    const evidence = page.getByRole('region', { name: 'Evidence' })
    await evidence.getByText('The gateway’s account beside the tape').click()
    // Every token that the lane counted, the gateway's metrics counted too.
    const account = evidence.getByRole('region', { name: 'The gateway’s account beside the tape' })
    const tokensOut = account.getByRole('row', { name: /^tokens out/ }).first()
    await tokensOut.waitFor()
    const [tape, gateway, difference] = await tokensOut.getByRole('cell').allInnerTexts()
    expect(Number(tape)).toBeGreaterThan(0)
    expect([gateway, difference]).toEqual([tape, '0'])

    await evidence.getByText('The same tape by other tools’ definitions').click()
    const definitions = evidence.getByRole('region', { name: 'The tape by other tools’ definitions' })
    const ours = await definitions.getByRole('row', { name: /^TTFT first token of any kind/ }).innerText()
    const theirs = await definitions
      .getByRole('row', { name: /^TTFT first text, reasoning too/ })
      .first()
      .innerText()
    const figures = (row: string) => row.match(/[\d.,]+(?=\s*ms)/g)
    expect(figures(ours)).toHaveLength(2)
    expect(figures(theirs)).toEqual(figures(ours))
    // The chunk with the role alone comes no later than the first token.
    const vllm = await definitions
      .getByRole('row', { name: /^TTFT first chunk that has choices/ })
      .innerText()
    for (const [index, figure] of figures(vllm)!.entries())
      expect(Number(figure)).toBeLessThanOrEqual(Number(figures(ours)![index]))
    expect(figures(vllm)).toHaveLength(2)
    await expectNoSeriousFault()
    expect(complaints).toEqual([])
  })

  test('has a permalink that shows the answers and figures as they were', async () => {
    const state = await race(house.app.url, {
      prompt: 'Explain the TCP three-way handshake.',
      lanes: [{ model: 'sim-quick' }, { model: 'sim-cut' }],
    })
    await open(`/race/${state.raceId}`)
    await lane(1).getByText('WIN', { exact: true }).waitFor()
    const total = (state.end!.standings[0]!.value! / 1000).toFixed(3)
    expect(await lane(1).getByRole('region', { name: 'Time slip of lane 1' }).innerText()).toContain(
      `${total} s`,
    )
    await lane(2).getByText('DNF').first().waitFor()
    await open('/race/does-not-exist')
    await page
      .getByText(/no race/i)
      .first()
      .waitFor()
  })

  test('is listed in the history, can be searched and deleted', async () => {
    await race(house.app.url, {
      prompt: 'An okapi in the history',
      lanes: [{ model: 'sim-quick' }, { model: 'sim-slow' }],
    })
    await open('/history')
    await page.getByRole('link', { name: /okapi/ }).waitFor()
    await expectNoSeriousFault()
    await page.getByRole('searchbox').fill('no such text anywhere')
    await expect.poll(() => page.getByRole('link', { name: /okapi/ }).count()).toBe(0)
    await page.getByRole('searchbox').fill('okapi')
    await page.getByRole('link', { name: /okapi/ }).waitFor()
    await page.getByRole('button', { name: /^Delete/ }).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Delete/ })
      .click()
    await expect.poll(() => page.getByRole('link', { name: /okapi/ }).count()).toBe(0)
    const { races } = (await (await fetch(`${house.app.url}/api/races?text=okapi`)).json()) as RacePage
    expect(races).toEqual([])
  })

  test('counts on the leaderboard', async () => {
    await open('/leaderboard')
    await page
      .getByRole('row', { name: /sim-quick/ })
      .first()
      .waitFor()
    expect(
      await page
        .getByRole('row', { name: /sim-quick/ })
        .first()
        .innerText(),
    ).toMatch(/preliminary/i)
    // Two races or three: ratings stand without an interval, and no percentile is carried.
    expect(await page.getByRole('region', { name: 'Ratings' }).innerText()).toMatch(/n too small/)
    expect(
      await page.getByRole('region', { name: 'Two models, race by race' }).getByRole('combobox').count(),
    ).toBe(2)
    expect(await page.getByRole('region', { name: 'Percentiles', exact: true }).innerText()).toMatch(
      /n too small/,
    )
    await page.getByRole('region', { name: 'Head to head' }).waitFor()
    await expectNoSeriousFault()
    expect(complaints).toEqual([])
  })
})

test('a prompt of one’s own is written, raced and deleted', async () => {
  await open('/prompts')
  await page
    .getByRole('button', { name: /^(Add|New)/ })
    .first()
    .click()
  await page.getByLabel('Title').fill('Axolotl')
  await page.getByRole('textbox', { name: /^(Prompt|Text)/ }).fill('Tell me about the axolotl.')
  await page.getByRole('button', { name: /^Save|^Add prompt/ }).click()
  await page.getByText('Axolotl', { exact: true }).waitFor()
  await expectNoSeriousFault()
})

describe.each([375, 1280, 2560])('at %i px', (width) => {
  test.each([
    ['/', 'What the gateway saw'],
    ['/history', 'History'],
    ['/leaderboard', 'Ratings'],
    ['/gateway', 'The average call'],
    ['/prompts', 'Prompts'],
  ])('%s needs no sideways scrolling', async (path, heading) => {
    await page.setViewportSize({ width, height: 900 })
    await open(path)
    await page.getByRole('heading', { name: heading }).waitFor()
    await page.waitForLoadState('networkidle')
    // A first token may come as late as the last one.
    await page.evaluate(
      "document.querySelectorAll('.track-tick').forEach(({ style }) => { style.transform = 'translateX(100%)' })",
    )
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(overflow).toBeLessThanOrEqual(0)
  })
})
