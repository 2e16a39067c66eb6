/** What a calibration measures, and with which model. */
import type { ApiError, Calibration } from '@drag-race/contracts'
import { expect, onTestFinished, test } from 'vitest'
import { startFakeGateway } from '../testing/fake-gateway.ts'
import { type MeasuredLanesOptions, startMeasuredLanes } from '../testing/measured-lanes.ts'
import { race } from '../testing/race-client.ts'
import { startApp } from '../testing/start-app.ts'

async function start(names: string[], options: MeasuredLanesOptions) {
  const entries = Object.fromEntries(names.map((name) => [name, { simulated: true }]))
  const gateway = await startFakeGateway(Object.fromEntries(names.map((name) => [name, () => {}])), {
    entries,
  })
  onTestFinished(gateway.close)
  const { laneThread, simulatorUrl, models, close } = await startMeasuredLanes(options)
  onTestFinished(close)
  const app = await startApp({ gatewayUrl: gateway.url, simulatorUrl, laneThread })
  onTestFinished(app.close)
  const calibrate = async () => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${app.url}/api/calibrate`, { method: 'POST', headers, body: '{}' })
    return (await response.json()) as Calibration & ApiError
  }
  return { app, models, calibrate }
}

test('four heats warm the code and are not counted, five are', async () => {
  const { calibrate, models } = await start(['sim-sentinel'], {
    errorMs: ({ number }) => (number < 4 ? 40 : 2),
    lagMs: ({ number }) => (number < 4 ? 30 : number),
  })
  expect(await calibrate()).toMatchObject({
    marginMs: 2,
    lanes: 40,
    ttft: { count: 40, max: 2 },
    through: 'gateway',
    model: 'sim-sentinel',
    lagMs: 8,
  })
  expect(models).toHaveLength(9)
})

test('a calibration whose lag nobody measured has none', async () => {
  const { calibrate } = await start(['sim-sentinel'], { errorMs: () => 2, lagMs: () => null })
  expect(await calibrate()).toMatchObject({ marginMs: 2, lagMs: null })
})

test('a model of which half the lanes fail is enough, one with fewer answers is not', async () => {
  const { calibrate } = await start(['sim-poor', 'sim-half'], {
    errorMs: ({ model }, lane) => (lane < (model === 'sim-poor' ? 3 : 4) ? 2 : null),
  })
  expect(await calibrate()).toMatchObject({ model: 'sim-half', lanes: 20 })
})

test('after three models of the gateway that do not answer, the simulator is asked itself', async () => {
  const { calibrate, models } = await start(['sim-a', 'sim-b', 'sim-c', 'sim-d'], {
    errorMs: ({ model }) => (model.startsWith('sim-') ? null : 2),
  })
  const { through, model } = await calibrate()
  expect(through).toBe('simulator')
  expect([...new Set(models)]).toEqual(['sim-a', 'sim-b', 'sim-c', model])
})

test('where nothing answers there is no calibration, and the simulator is named', async () => {
  const { calibrate } = await start(['sim-a'], { errorMs: () => null })
  expect((await calibrate()).error).toMatchObject({ code: 'no_simulator' })
})

test('it is kept for the next start', async () => {
  const { app, calibrate } = await start(['sim-sentinel'], { errorMs: () => 2 })
  const calibration = await calibrate()
  const again = await startApp({ gatewayUrl: app.url, db: app.db })
  onTestFinished(again.close)
  expect(await (await fetch(`${again.url}/api/health`)).json()).toMatchObject({ calibration })
})

test('one that cannot be kept holds all the same', async () => {
  const { app, calibrate } = await start(['sim-sentinel'], { errorMs: () => 2 })
  await app.db.schema.dropTable('calibrations').execute()
  expect(await calibrate()).toMatchObject({ marginMs: 2 })
})

test('who asks meanwhile gets the same calibration', async () => {
  const { calibrate, models } = await start(['sim-sentinel'], { errorMs: () => 2 })
  const [one, other] = await Promise.all([calibrate(), calibrate()])
  expect(one).toEqual(other)
  expect(models).toHaveLength(9)
})

test('a race that is started meanwhile waits for it, and has its margin', async () => {
  const underWay = Promise.withResolvers<void>()
  const measured = Promise.withResolvers<void>()
  const { app, calibrate, models } = await start(['sim-sentinel', 'other'], {
    errorMs: () => 2,
    ready({ number }) {
      if (number === 8) underWay.resolve()
      return number === 8 ? measured.promise : Promise.resolve()
    },
  })
  const calibrated = calibrate()
  await underWay.promise
  const raced = race(app.url, { prompt: 'p', lanes: [{ model: 'other' }] })
  // The race has asked the library and the gateway, and would have begun.
  for (let asked = 0; asked < 20; asked++) await fetch(`${app.url}/api/health`)
  expect(models).not.toContain('other')
  measured.resolve()
  const { measuredAt } = await calibrated
  expect((await raced).end).toMatchObject({ marginMs: 2, clock: { calibratedAt: measuredAt } })
})

test('a sentinel says how far the stamps of its race were off', async () => {
  const { app } = await start(['sim-sentinel', 'other'], { errorMs: () => 2.5 })
  const { end } = await race(app.url, { prompt: 'p', lanes: [{ model: 'other' }], sentinel: true })
  expect(end!.clock!.sentinel).toEqual({ ttftErrorMs: 2.5, tokenErrorP99Ms: 2.5, tokens: 1 })
})
