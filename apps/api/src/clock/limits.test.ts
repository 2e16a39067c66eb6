/** A race waits for a calibration only so long, and a calibration ends. The lanes here never end their answers. */
import { expect, onTestFinished, test } from 'vitest'
import { startFakeGateway } from '../testing/fake-gateway.ts'
import { heldLanes } from '../testing/held-lanes.ts'
import { postRace } from '../testing/race-client.ts'
import { startApp } from '../testing/start-app.ts'
import { type ClockLimits, clockLimits } from './clock.ts'

async function start(limits: Partial<ClockLimits>) {
  const { ordered, laneThread } = heldLanes()
  const gateway = await startFakeGateway({ any: () => {} })
  onTestFinished(gateway.close)
  const app = await startApp({
    gatewayUrl: gateway.url,
    laneThread,
    clockLimits: { ...clockLimits, ...limits },
  })
  onTestFinished(app.close)
  const calibrate = async () => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${app.url}/api/calibrate`, { method: 'POST', headers, body: '{}' })
    return { status: response.status, body: await response.json() }
  }
  return { app, calibrate, isUnderWay: ordered.promise }
}

test('a race that has waited for it long enough cuts it short', async () => {
  const { app, calibrate, isUnderWay } = await start({ waitMsMax: 10 })
  const calibrated = calibrate()
  await isUnderWay
  const raced = postRace(app.url, { prompt: 'p', lanes: [{ model: 'any' }] })
  expect(await calibrated).toMatchObject({ status: 409, body: { error: { code: 'cut_short' } } })
  expect((await raced).status).toBe(200)
})

test('it ends with advice when the simulated model does not end its answers', async () => {
  const { calibrate } = await start({ calibrateMsMax: 10 })
  expect(await calibrate()).toMatchObject({
    status: 504,
    body: {
      error: { code: 'calibration_too_slow', message: expect.stringMatching(/within 0\.01 s\. Add sim-/) },
    },
  })
})
