/** The connection of a page to its race breaks: what the page says depends on whether the app still answers. */
import { expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { useHousePage } from './support/house-page.ts'
import { setUpRace } from './support/start-page.ts'

const at = useHousePage()

const status = () => at.page.locator('.call-detail [role="status"]')
const clock = () => at.page.locator('.strip-row .strip-time').first().innerText()
/** Clocks are drawn in every second frame. */
const drawTwice = () =>
  at.page.evaluate(`(async () => {
    for (let frame = 0; frame < 10; frame++) await new Promise((resolve) => requestAnimationFrame(resolve))
  })()`)

const button = (name: string) => at.page.getByRole('button', { name, exact: true })

async function startRace() {
  await setUpRace(at.page, at.url('/'), ['sim-long'])
  await button('Start').click()
  await at.page.locator('.lane-answer').first().waitFor()
}

/** Kills the app, and starts it again behind `see` even when that fails: else each later test would fail too. */
async function withoutApp(see: () => Promise<unknown>) {
  await at.house.app.stop('SIGKILL')
  try {
    await see()
  } finally {
    await at.house.restartApp()
  }
}

/** Lets the test cut the tape that the page reads: Playwright cannot cut an answer that has begun. */
function letTapeBeCut() {
  return at.page.addInitScript(`
    const fetchIt = window.fetch
    globalThis.cutting = new AbortController()
    window.fetch = (input, init) => {
      const isTape = /\\/api\\/(race|races\\/[^/]+\\/events)$/.test(String(input))
      const signals = [init?.signal, isTape ? cutting.signal : null].filter((signal) => signal != null)
      return fetchIt(input, { ...init, signal: AbortSignal.any(signals) })
    }
  `)
}

test('while the app answers, the race goes on and so do its clocks', async () => {
  await letTapeBeCut()
  await startRace()
  await at.page.evaluate('cutting.abort()')
  await status().getByText('Connection lost. The race goes on without us; reconnecting …').waitFor()
  const before = await clock()
  await drawTwice()
  expect(await clock()).not.toBe(before)
})

test('when the race is gone, the telemetry beside it no longer waits for its calls', async () => {
  const panel = at.page.getByRole('complementary', { name: 'Telemetry' })
  await letTapeBeCut()
  await setUpRace(at.page, at.url('/'), ['sim-silent'])
  await button('Start').click()
  await panel.getByText('The gateway counts a call when its answer has ended.').waitFor()
  const gone = { error: { code: 'not_found', message: 'There is no such race.' } }
  await at.page.route('**/events', (route) => route.fulfill({ status: 404, json: gone }))
  await at.page.evaluate('cutting.abort(); globalThis.cutting = new AbortController()')
  await at.page.getByRole('heading', { name: 'The race was lost from view' }).waitFor()
  await panel.getByText('No call').waitFor()
})

test('when the app is gone, the page does not claim that the race goes on, and the clocks stop', async () => {
  await startRace()
  await withoutApp(async () => {
    await status()
      .getByText('Connection lost, and the app does not answer: what had arrived is kept; reconnecting …')
      .waitFor()
    const before = await clock()
    await drawTwice()
    expect(await clock()).toBe(before)
  })
  await at.page.getByRole('button', { name: 'Race again' }).waitFor()
  expect(await status().innerText()).toBe('')
})

test.each(['Start', 'Race again'])(
  'after a press on %s without an app, the page asks for another when the app is back',
  async (name) => {
    // Not the quick one: its race is over within the moment after a press in which the button drops another.
    await setUpRace(at.page, at.url('/'), ['sim-slow'])
    if (name === 'Race again') await button('Start').click()
    await button(name).waitFor()
    await withoutApp(async () => {
      await button(name).click()
      await at.page.locator('.note, .call-warning').getByText('The app does not answer.').waitFor()
    })
    await at.page.getByText('The app did not answer before, but it does now. Start the race again.').waitFor()
    expect(await at.page.getByText('The app does not answer.').count()).toBe(0)
    await button(name).click()
    await at.page.getByText('The app did not answer before').waitFor({ state: 'detached' })
  },
)

test('a replay whose tape breaks off says so, and is shown when the tape comes whole', async () => {
  const { raceId } = await race(at.house.app.url, { prompt: 'Kept.', lanes: [{ model: 'sim-quick' }] })
  // Playwright cannot cut an answer that has begun.
  await at.page.addInitScript(`
    const fetchIt = window.fetch
    globalThis.isCut = true
    window.fetch = async (input, init) => {
      const response = await fetchIt(input, init)
      if (!isCut || !String(input).endsWith('/events')) return response
      const start = (body) => body.error(new TypeError('network error'))
      return new Response(new ReadableStream({ start }), response)
    }
  `)
  await at.page.goto(at.url(`/race/${raceId}/replay`))
  await at.page.getByText('The app does not answer. Is it still running?').waitFor()
  await at.page.evaluate('isCut = false')
  await at.page.getByRole('slider', { name: 'Time in the race' }).waitFor()
})

test('a replay that finds no app says so, and is shown when the app is back', async () => {
  const { raceId } = await race(at.house.app.url, { prompt: 'Kept.', lanes: [{ model: 'sim-quick' }] })
  const tape = '**/api/races/*/events'
  await at.page.route(tape, (route) => route.abort())
  await at.page.goto(at.url(`/race/${raceId}/replay`))
  await at.page.getByText('The app does not answer. Is it still running?').waitFor()
  await at.page.unroute(tape)
  await at.page.getByRole('slider', { name: 'Time in the race' }).waitFor()
})
