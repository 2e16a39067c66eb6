/** The race as people see it: a real browser on the built web, through all three programs. */
import type { RacePage } from '@drag-race/contracts'
import { afterAll, describe, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { seriousFaults } from './support/axe.ts'
import { answering, type BadProvider, startBadProvider } from './support/bad-provider.ts'
import { useHousePage } from './support/house-page.ts'
import { chooseModel, setUpRace } from './support/start-page.ts'

const hostileAnswer = [
  '# Hello <script>window.hacked = 1</script>',
  '<img src=x onerror="window.hacked = 2">',
  '[click](javascript:window.hacked=3) [tab](java&#9;script:window.hacked=4) [data](data:text/html,x)',
  '![tracker](http://127.0.0.1:1/pixel.png)',
  '<iframe src="http://127.0.0.1:1/"></iframe><style>body{display:none}</style>',
  '[fine](https://example.com/)',
].join('\n\n')

const at = useHousePage(async () => {
  provider = await startBadProvider({ hostile: [answering(hostileAnswer)] })
  return {
    models: [
      { name: 'hostile', provider: 'custom', params: { baseUrl: `${provider.url}/v1` } },
      { name: 'gpt-keyless', provider: 'openai', params: { apiKey: '$NO_SUCH_KEY' } },
    ],
  }
})
let provider: BadProvider
afterAll(() => provider?.close())

const button = (name: string) => at.page.getByRole('button', { name, exact: true })
const lane = (number: number) => at.page.locator(`article[data-lane="${number - 1}"]`)
const row = (number: number) => at.page.locator(`.strip-row[data-lane="${number - 1}"]`)

const open = (path = '/') => at.page.goto(at.url(path))
const setUp = (...models: string[]) => setUpRace(at.page, at.url('/'), models)

async function expectNoSeriousFault(): Promise<void> {
  expect(await seriousFaults(at.page)).toEqual([])
}

describe('the race', () => {
  test('starts with two lanes and a prompt chosen, runs by one key, and hands out a winning slip', async () => {
    await open()
    await expect.poll(() => at.page.getByRole('combobox').count()).toBe(2)
    expect(await at.page.getByRole('textbox', { name: 'Prompt' }).inputValue()).not.toBe('')
    await expectNoSeriousFault()
    await chooseModel(at.page, 1, 'sim-quick')
    await chooseModel(at.page, 2, 'sim-slow')
    await at.page.keyboard.press('Control+Enter')
    await at.page.waitForURL(/\/race\//)
    await lane(1).getByText('WIN', { exact: true }).waitFor()
    expect(await row(1).getAttribute('data-result')).toBe('win')
    expect(await row(2).getAttribute('data-result')).toBe('behind')
    const slip = await lane(1).getByRole('region', { name: 'Time slip of lane 1' }).innerText()
    expect(slip).toMatch(/TTFT\s+\d+(\.\d+)? ms ± \d+(\.\d+)?/)
    expect(slip).toContain('simulated')
    expect(await lane(1).locator('.lane-answer').innerText()).toMatch(/\w{3}/)
    await expectNoSeriousFault()
    expect(at.complaints).toEqual([])
  })

  test('lets a lane wait for the whole answer, by its own switch', async () => {
    await setUp('sim-quick', 'sim-slow')
    await at.page.getByRole('switch', { name: 'stream lane 2' }).click()
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
    const url = at.page.url()
    await at.page.reload()
    expect(at.page.url()).toBe(url)
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
    expect(await at.page.evaluate(() => 'hacked' in globalThis)).toBe(false)
    expect(at.requested.filter((url) => !url.startsWith(at.house.app.url))).toEqual([])
    expect(at.complaints).toEqual([])
  })

  test('lists a model without its key, with the variable to set, and does not let it be chosen', async () => {
    await open()
    const field = at.page.getByRole('combobox', { name: 'Model of lane 1' })
    await field.click()
    await field.fill('gpt-keyless')
    const option = at.page.getByRole('option', { name: /gpt-keyless/ })
    expect(await option.innerText()).toContain('NO_SUCH_KEY')
    expect(await option.getAttribute('aria-disabled')).toBe('true')
  })

  test('says what is wrong with an empty prompt before anything is sent', async () => {
    await setUp('sim-quick', 'sim-quick')
    await at.page.getByRole('textbox', { name: 'Prompt' }).fill('  ')
    await at.page.keyboard.press('Control+Enter')
    await at.page.getByText(/prompt is empty/i).waitFor()
    expect(new URL(at.page.url()).pathname).toBe('/')
  })

  test('shows, before a race, what the gateway counted of the models that are staged', async () => {
    const lanes = [{ model: 'sim-quick' }, { model: 'sim-long', params: { maxTokens: 5 } }]
    await race(at.house.app.url, { prompt: 'Count me', lanes })
    await setUp('sim-quick', 'sim-stall')
    const panel = at.page.getByRole('complementary', { name: 'Telemetry' })
    await expect
      .poll(() => panel.locator('.compared-name > .ellipsis').allInnerTexts())
      .toEqual(['sim-quick'])
    await chooseModel(at.page, 1, 'sim-stall')
    await panel.getByText('No call of these models has gone through it since its start.').waitFor()
  })

  test('shows what the gateway counted beside what the race measured', async () => {
    await setUp('sim-quick', 'sim-slow')
    await button('Start').click()
    await lane(2).getByRole('region', { name: 'Time slip of lane 2' }).waitFor()
    const panel = at.page.getByRole('complementary', { name: 'Telemetry' })
    // The reading after the end is the one that holds the race's calls.
    await expect.poll(() => panel.innerText()).toMatch(/requests\s+[\d,]+\s*\+1/)
    expect(await panel.innerText()).toMatch(/TTFT, measured here/)
  })
})

describe('what was raced', () => {
  test('lays the gateway’s account, the simulator’s ledger and other tools’ definitions beside the tape', async () => {
    await setUp('sim-quick', 'sim-slow')
    await button('Start').click()
    const evidence = at.page.getByRole('region', { name: 'Evidence' })
    await evidence.getByText('The gateway’s account beside the tape').click()
    // Every token that the lane counted, the gateway's metrics counted too.
    const account = evidence.getByRole('region', { name: 'The gateway’s account beside the tape' })
    const tokensOut = account.getByRole('row', { name: /^tokens out/ }).first()
    await tokensOut.waitFor()
    const [tape, gateway, difference] = await tokensOut.getByRole('cell').allInnerTexts()
    expect(Number(tape)).toBeGreaterThan(0)
    expect([gateway, difference]).toEqual([tape, '0'])

    await evidence.getByText('Beside the simulator’s ledger').click()
    const ledger = evidence.getByRole('region', { name: 'Beside the simulator’s ledger' })
    await ledger.getByRole('row', { name: /sim-slow/ }).waitFor()
    for (const row of await ledger.getByRole('row', { name: /sim-/ }).all()) {
      const later = await row.getByRole('cell').allInnerTexts()
      expect(later).toEqual(Array(5).fill(expect.stringMatching(/^[+−][\d.,]+ ms$/)))
    }

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
    expect(at.complaints).toEqual([])
  })

  test('has a permalink that shows the answers and figures as they were', async () => {
    const state = await race(at.house.app.url, {
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
    await at.page
      .getByText(/no race/i)
      .first()
      .waitFor()
  })

  test('is listed in the history, can be searched and deleted', async () => {
    await race(at.house.app.url, {
      prompt: 'An okapi in the history',
      lanes: [{ model: 'sim-quick' }, { model: 'sim-slow' }],
    })
    await open('/history')
    await at.page.getByRole('link', { name: /okapi/ }).waitFor()
    await expectNoSeriousFault()
    await at.page.getByRole('searchbox').fill('no such text anywhere')
    await expect.poll(() => at.page.getByRole('link', { name: /okapi/ }).count()).toBe(0)
    await at.page.getByRole('searchbox').fill('okapi')
    await at.page.getByRole('link', { name: /okapi/ }).waitFor()
    await at.page.getByRole('button', { name: /^Delete/ }).click()
    await at.page
      .getByRole('dialog')
      .getByRole('button', { name: /^Delete/ })
      .click()
    await expect.poll(() => at.page.getByRole('link', { name: /okapi/ }).count()).toBe(0)
    const { races } = (await (await fetch(`${at.house.app.url}/api/races?text=okapi`)).json()) as RacePage
    expect(races).toEqual([])
  })

  test('is found by its tags, from its own page and back', async () => {
    const lanes = [{ model: 'sim-quick' }]
    const tags = { build: '1.4', team: 'search' }
    const { raceId } = await race(at.house.app.url, { prompt: 'A tagged quokka', lanes, tags })
    await race(at.house.app.url, { prompt: 'A quokka without', lanes })
    const quokkas = at.page.getByRole('link', { name: /quokka/ })
    await open(`/race/${raceId}`)
    await at.page.getByRole('link', { name: 'build:1.4' }).click()
    await at.page.waitForURL(/\/history\?tag=build%3A1\.4$/)
    await expect.poll(() => quokkas.allInnerTexts()).toEqual(['A tagged quokka'])
    await expectNoSeriousFault()
    await at.page.getByRole('button', { name: 'No longer only build:1.4' }).click()
    await expect.poll(() => quokkas.allInnerTexts()).toEqual(['A quokka without', 'A tagged quokka'])
    await at.page.getByRole('link', { name: 'team:search' }).click()
    await expect.poll(() => quokkas.allInnerTexts()).toEqual(['A tagged quokka'])
    expect(at.complaints).toEqual([])
  })

  test('counts on the leaderboard', async () => {
    await open('/leaderboard')
    await at.page
      .getByRole('row', { name: /sim-quick/ })
      .first()
      .waitFor()
    expect(
      await at.page
        .getByRole('row', { name: /sim-quick/ })
        .first()
        .innerText(),
    ).toMatch(/preliminary/i)
    // Two races or three: ratings stand without an interval, and no percentile is carried.
    expect(await at.page.getByRole('region', { name: 'Ratings' }).innerText()).toMatch(/n too small/)
    expect(
      await at.page.getByRole('region', { name: 'Two models, race by race' }).getByRole('combobox').count(),
    ).toBe(2)
    expect(await at.page.getByRole('region', { name: 'Percentiles', exact: true }).innerText()).toMatch(
      /n too small/,
    )
    await at.page.getByRole('region', { name: 'Head to head' }).waitFor()
    await expectNoSeriousFault()
    expect(at.complaints).toEqual([])
  })
})

test('a prompt of one’s own is written, raced and deleted', async () => {
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

test('a prompt that was begun is still there when its form is opened again', async () => {
  await open('/prompts')
  const text = at.page.getByRole('dialog').getByRole('textbox', { name: 'Prompt' })
  await button('Add a prompt').click()
  await text.fill('Begun, and not saved.')
  await at.page.keyboard.press('Escape')
  await button('Add a prompt').click()
  expect(await text.inputValue()).toBe('Begun, and not saved.')
})

test('a title goes with its page', async () => {
  await open('/history')
  await expect.poll(() => at.page.title()).toBe('History · LLM Drag Race')
  await at.page.getByRole('link', { name: 'Prompts', exact: true }).click()
  await expect.poll(() => at.page.title()).toBe('Prompts · LLM Drag Race')
  await at.page.getByRole('link', { name: 'Race', exact: true }).click()
  await expect.poll(() => at.page.title()).toBe('LLM Drag Race')
})

describe('a part of the page that cannot be loaded', () => {
  const failed = (what: string) => at.page.getByRole('alert').filter({ hasText: `${what} cannot be shown` })

  test('takes no slip with it', async () => {
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

  test('leaves the others to be gone to', async () => {
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
  ['the first file alone', 1],
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
