import { foldRace, type RaceDetail, type RaceEvent, toTimeSlip } from '@drag-race/contracts'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { seriousFaults } from './support/axe.ts'
import { useHousePage } from './support/house-page.ts'
import { longRace } from './support/long-race.ts'
import { setUpRace } from './support/start-page.ts'
import { toTapeFile } from './support/tape-file.ts'

const at = useHousePage()
const { url, exported } = at

/** All figures of a finished race on the screen, as they are printed. */
async function figuresOn(of: Page): Promise<Record<string, string[]>> {
  await of.getByText('Splits in figures').click()
  const found: Record<string, string[]> = {}
  for (const part of [
    '.call-headline',
    '.call-detail',
    '.strip-row .strip-clock',
    '.strip-row .track-tick-label',
    '.lane-figures',
    '.slip',
    '.lane-error p:not(.lane-error-end)',
    '.lane-answer',
    'table:has(caption:text-is("Standings")) tr',
    '.photo-splits tr',
  ]) {
    found[part] = await of.locator(part).allTextContents()
  }
  return found
}

/** Records what a screen reader is given from now on. */
async function hear(page: Page): Promise<() => Promise<string>> {
  await page.evaluate(`{
    const region = document.querySelector('.race-main p[role="status"]')
    globalThis.told = []
    new MutationObserver(() => told.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true })
  }`)
  return async () => (await page.evaluate<string[]>('told')).join('\n')
}

describe('one race', () => {
  test('has the same figures live, after a reload while it runs, replayed, exported and from the API', async () => {
    await setUpRace(at.page, url('/'), ['sim-quick', 'sim-thinker', 'sim-slow', 'sim-429', 'sim-slow'])
    await at.page.getByRole('switch', { name: 'stream lane 5' }).click()
    await at.page.getByRole('button', { name: 'Start', exact: true }).click()
    await at.page.waitForURL(/\/race\//)
    const id = at.page.url().split('/').at(-1)!

    // Another tab shows the race too, and is reloaded while it runs.
    const reloaded = await at.context.newPage()
    await reloaded.goto(at.page.url())
    await reloaded.getByRole('region', { name: 'Time slip of lane 1' }).waitFor()
    await reloaded.reload()
    await reloaded.getByRole('region', { name: 'Time slip of lane 1' }).waitFor()
    expect(await reloaded.getByRole('button', { name: 'Stop', exact: true }).count()).toBe(1)
    await reloaded.getByRole('button', { name: 'Race again' }).waitFor()

    await at.page.getByRole('heading', { name: 'Photo finish' }).waitFor()
    const live = await figuresOn(at.page)
    expect(live['.photo-splits tr']).toHaveLength(6)
    expect(live['.slip']).toHaveLength(4)
    expect(live['table:has(caption:text-is("Standings")) tr']).toHaveLength(6)
    const failure = live['.lane-error p:not(.lane-error-end)']!.join('\n')
    expect(failure).toMatch(/The gateway tried: sim-429 http_429\.\n(.*\n)*In the gateway’s log: req_/)
    expect(live['.call-headline']![0]).toMatch(/wins/)
    await reloaded.getByRole('heading', { name: 'Photo finish' }).waitFor()
    expect(await figuresOn(reloaded)).toEqual(live)

    await at.page.goto(url(`/race/${id}/replay`))
    const slider = at.page.getByRole('slider', { name: 'Time in the race' })
    await slider.waitFor()
    // To the end and back, so that the state that is compared was sought and not only loaded.
    await at.page.keyboard.press('End')
    await at.page.keyboard.press('ArrowLeft')
    await at.page.keyboard.press('Home')
    expect(await at.page.locator('.slip').count()).toBe(0)
    for (let press = 0; press < 20; press++) await at.page.keyboard.press('ArrowRight')
    await at.page.keyboard.press('End')
    expect(await figuresOn(at.page)).toEqual(live)
    expect(await seriousFaults(at.page)).toEqual([])

    const detail = (await (await fetch(url(`/api/races/${id}`))).json()) as RaceDetail
    const tape = (await exported(id, 'tape')).trimEnd().split('\n').slice(1)
    const csv = await exported(id, 'csv')
    const away = await at.openExported(id)
    expect(await figuresOn(away)).toEqual(live)
    expect(await seriousFaults(away)).toEqual([])
    expect(at.requested.filter((address) => !/^(file|data):/.test(address))).toEqual([])

    const state = foldRace(tape.map((line) => JSON.parse(line) as RaceEvent))
    const rows = csv.split('\r\n').map((line) => line.split(','))
    const column = (name: string) => rows[0]!.indexOf(name)
    for (const { lane, place, slip } of detail.lanes) {
      expect(slip).toEqual(toTimeSlip(state.lanes[lane]!, state.at))
      expect(place).toBe(state.end!.standings.find((standing) => standing.lane === lane)!.place)
      const row = rows[lane + 1]!
      expect(row[column('ttft_ms')]).toBe(String(slip.ttftMs ?? ''))
      expect(row[column('total_ms')]).toBe(String(slip.totalMs ?? ''))
      expect(row[column('decode_tokens_per_second')]).toBe(String(slip.decodeTokensPerSecond ?? ''))
      const splits = live['.photo-splits tr']![lane + 1]!
      for (const ms of [slip.firstTextMs, slip.halfMs, slip.totalMs]) {
        if (ms !== null) expect(splits).toContain(ms.toLocaleString('en', { minimumFractionDigits: 2 }))
      }
    }
    expect(at.complaints).toEqual([])
  })

  test('is played, paused and sought by keyboard, in the lanes that ran it', async () => {
    const { raceId } = await race(at.house.app.url, {
      prompt: 'Explain the TCP three-way handshake.',
      lanes: [{ model: 'sim-quick' }, { model: 'sim-slow' }],
    })
    await at.page.goto(url(`/race/${raceId}`))
    await at.page.getByRole('link', { name: 'Replay' }).click()
    const slider = at.page.getByRole('slider', { name: 'Time in the race' })
    await slider.waitFor()
    // With reduced motion the replay does not start by itself.
    expect(await slider.inputValue()).toBe('0')
    expect(await at.page.getByRole('region', { name: 'Prompt', exact: true }).count()).toBe(1)
    const told = await hear(at.page)
    await at.page.getByRole('radio', { name: '8 ×' }).check()
    await at.page.getByRole('heading', { name: 'The race is on' }).click()
    await at.page.keyboard.press('Space')
    await at.page.getByText('WIN', { exact: true }).waitFor()
    await at.page.getByRole('button', { name: 'Replay', exact: true }).waitFor()
    for (const lane of ['Lane 1, sim-quick', 'Lane 2, sim-slow']) {
      expect(await told()).toMatch(
        new RegExp(`${lane}: first token after .*${lane}: finished after .* wins`, 's'),
      )
    }
    await at.page.keyboard.press('ArrowLeft')
    expect(await at.page.locator('article').getByText('WIN', { exact: true }).count()).toBe(0)
    await at.page.keyboard.press('Shift+ArrowLeft')
    await at.page.keyboard.press('Home')
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^0\.00 of \d+\.\d\d seconds$/)

    const chart = at.page.getByRole('group', { name: /^Chart/ })
    const drawn = () => chart.locator('.photo-axes').textContent()
    const whole = await drawn()
    await chart.focus()
    await at.page.keyboard.press('+')
    expect(await drawn()).not.toBe(whole)
    await at.page.keyboard.press('0')
    expect(await drawn()).toBe(whole)
    const box = (await chart.boundingBox())!
    await at.page.mouse.move(box.x + box.width * 0.4, box.y + 80)
    await at.page.mouse.down()
    await at.page.mouse.move(box.x + box.width * 0.6, box.y + 80, { steps: 4 })
    await at.page.mouse.up()
    expect(await drawn()).not.toBe(whole)
    const pressed = (name: string) =>
      at.page.getByRole('button', { name, exact: true }).getAttribute('aria-pressed')
    expect([await pressed('Whole race'), await pressed('The line')]).toEqual(['false', 'false'])
    await at.page.getByRole('button', { name: 'The line' }).click()
    expect([await pressed('Whole race'), await pressed('The line')]).toEqual(['false', 'true'])
    // A clear win: the margin is still wide enough to be seen.
    const band = await chart.locator('.photo-finish-line rect').getAttribute('width')
    expect(Number(band)).toBeGreaterThanOrEqual(4)
    await at.page.getByText(/The band at the line is the clock’s error/).waitFor()
    await at.page.getByRole('button', { name: 'Whole race' }).click()
    expect([await pressed('Whole race'), await pressed('The line')]).toEqual(['true', 'false'])
    expect(await drawn()).toBe(whole)
    expect(at.complaints).toEqual([])
  })
})

describe('a replay', () => {
  const answer = `${'```'}\n${'wide '.repeat(400)}\n${'```'}\n\n|${'wide|'.repeat(80)}\n|${'-|'.repeat(80)}\n|${'x|'.repeat(80)}\n`
  beforeAll(async () => {
    const body = toTapeFile(longRace('wide', 'Wide.', [{ model: 'wide', answer, totalMs: 10_000 }]))
    const headers = { 'content-type': 'application/jsonl' }
    const response = await fetch(url('/api/races/import'), { method: 'POST', headers, body })
    expect(response.status, await response.text()).toBe(201)
  })

  test('leaves the arrows to wide code and wide tables, in the app and in an exported page', async () => {
    await at.page.goto(url('/race/wide/replay'))
    const inApp = at.page.getByRole('slider', { name: 'Time in the race' })
    await inApp.press('End')
    for (const page of [at.page, await at.openExported('wide')]) {
      const slider = page.getByRole('slider', { name: 'Time in the race' })
      const time = await slider.inputValue()
      for (const name of ['Code, text', 'Table']) {
        const box = page.getByRole('group', { name })
        await box.press('ArrowRight')
        await expect.poll(() => box.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0)
      }
      expect(await slider.inputValue()).toBe(time)
      await page.getByRole('group', { name: 'Table' }).press('Shift+ArrowLeft')
      await page.getByRole('region', { name: 'Answer of lane 1' }).press('ArrowLeft')
      expect(Number(await slider.inputValue())).toBeLessThan(Number(time))
    }
  })

  test('on paper shows at which time of the race it was, and nothing that can be pressed', async () => {
    await at.page.goto(url('/race/wide/replay'))
    await at.page.getByRole('slider', { name: 'Time in the race' }).press('ArrowRight')
    await at.page.emulateMedia({ media: 'print' })
    const transport = at.page.getByRole('region', { name: 'Replay' })
    expect(await transport.innerText()).toBe('0.50 / 10.00 s')
    expect(await transport.getByRole('slider').count()).toBe(0)
  })
})

test('a replay of a race that does not exist links to the history', async () => {
  await at.page.goto(url('/race/none/replay'))
  await at.page.getByRole('heading', { name: 'This race cannot be replayed' }).waitFor()
  const links = await at.page.getByRole('main').getByRole('link').allInnerTexts()
  expect(links).toEqual(['history'])
})

describe('two races', () => {
  test('of one prompt are offered for a comparison and shown side by side', async () => {
    const prompt = 'Two races of one prompt.'
    const lanes = [{ model: 'sim-quick' }, { model: 'sim-slow' }]
    const first = await race(at.house.app.url, { prompt, lanes })
    const second = await race(at.house.app.url, { prompt, lanes: lanes.toReversed() })
    await at.page.goto(url('/history'))
    await at.page.getByRole('link', { name: 'Compare' }).first().click()
    const same = at.page.getByRole('region', { name: 'Of the same prompt' })
    await same.getByRole('link', { name: prompt }).click()
    await at.page.waitForURL(new RegExp(`/compare/${second.raceId}/${first.raceId}$`))
    const pair = at.page.getByRole('region', { name: 'sim-quick, A and B, lane 2', exact: true })
    const text = await pair.innerText()
    expect(text).toMatch(/TTFT\s+\d+(\.\d)? ms\s+\d+(\.\d)? ms\s+(none|\d)/)
    expect(text).toMatch(/tokens out\s+60\s+60\s+none/)
    expect(await seriousFaults(at.page)).toEqual([])
    expect(at.complaints).toEqual([])
  })
})
