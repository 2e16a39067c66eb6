/** The race as people see it: a real browser on the built web, through all three programs. */
import type { RaceDetail } from '@drag-race/contracts'
import { afterAll, describe, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { answering, type BadProvider, startBadProvider } from './support/bad-provider.ts'
import { useRacePage } from './support/race-page.ts'
import { chooseModel } from './support/start-page.ts'

const hostileAnswer = [
  '# Hello <script>window.hacked = 1</script>',
  '<img src=x onerror="window.hacked = 2">',
  '[click](javascript:window.hacked=3) [tab](java&#9;script:window.hacked=4) [data](data:text/html,x)',
  '![tracker](http://127.0.0.1:1/pixel.png)',
  '<iframe src="http://127.0.0.1:1/"></iframe><style>body{display:none}</style>',
  '[fine](https://example.com/)',
].join('\n\n')

let provider: BadProvider
afterAll(() => provider?.close())

const { at, button, expectNoSeriousFault, lane, open, row, setUp } = useRacePage(async () => {
  provider = await startBadProvider({ hostile: [answering(hostileAnswer)] })
  return {
    models: [
      { name: 'hostile', provider: 'custom', params: { baseUrl: `${provider.url}/v1` } },
      { name: 'gpt-keyless', provider: 'openai', params: { apiKey: '$NO_SUCH_KEY' } },
    ],
  }
})

describe('the race', () => {
  test('opens with two lanes and a prompt chosen, starts by one key, and shows a winning slip', async () => {
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
    expect(slip).toMatch(/TTFT\s+\d+(\.\d+)? ms ±\s\d+(\.\d+)?/)
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
    expect(await lane(1).innerText()).toMatch(/Wait 2 s and race again/)
    await lane(2).getByText('WIN', { exact: true }).waitFor()
    expect(await row(1).innerText()).toContain('DNF')
    await expectNoSeriousFault()
  })

  test('goes on through a reload in the middle of it', async () => {
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

  test('names no model to a screen reader that is not in the list', async () => {
    const setup = JSON.stringify({ prompt: 'Why?', lanes: [{ model: 'gone-since' }] })
    await at.page.addInitScript(`localStorage.setItem('race-setup', ${JSON.stringify(setup)})`)
    await open()
    const field = at.page.getByRole('combobox', { name: 'Model of lane 1' })
    const named = () => field.getAttribute('aria-activedescendant')
    await field.click()
    await at.page.getByRole('option').first().waitFor()
    expect(await named()).toBeNull()
    await field.press('ArrowDown')
    expect(await named()).toBe(await at.page.locator('[data-active="true"]').getAttribute('id'))
  })

  test('takes a temperature with a comma, and says what is no number', async () => {
    await setUp('sim-quick')
    await lane(1).getByText('Settings').click()
    const type = async (field: string, text: string) => {
      await at.page.getByLabel(field).fill('')
      await at.page.getByLabel(field).pressSequentially(text)
    }
    await type('temperature', '-')
    await type('max tokens', '1.000')
    await button('Start').click()
    await at.page.getByText('temperature: Give one number. maxTokens: Give one number.').waitFor()
    await type('temperature', '0,2')
    await type('max tokens', '20')
    await at.page.keyboard.press('Control+Enter')
    await at.page.waitForURL(/\/race\//)
    const response = await fetch(at.url(`/api/races/${at.page.url().split('/').at(-1)}`))
    const { request } = (await response.json()) as RaceDetail
    expect(request.lanes[0]!.params).toEqual({ temperature: 0.2, maxTokens: 20 })
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
    await panel.getByText('No call of these models has gone through the gateway since its start.').waitFor()
  })

  test('shows what the gateway counted beside what the race measured', async () => {
    await setUp('sim-quick', 'sim-slow')
    await button('Start').click()
    await lane(2).getByRole('region', { name: 'Time slip of lane 2' }).waitFor()
    const panel = at.page.getByRole('complementary', { name: 'Telemetry' })
    // Only the reading after the end has the race's calls.
    await expect.poll(() => panel.innerText()).toMatch(/requests\s+[\d,]+\s*\+1/)
    expect(await panel.innerText()).toMatch(/TTFT, on the tape/)
  })
})
