/** What app and gateway send each other before the light and after it, recorded by a relay between the two. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { SimulatorLedger } from '@drag-race/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { freePort, type Road, type RunningProgram, startProgram, startRoad } from './support/programs.ts'

interface Passed {
  from: 'app' | 'gateway'
  text: string
  /** By the machine's monotonic clock. */
  atNs: bigint
}

let road: Road
let wire: Server
let app: RunningProgram
/** One list for each connection. */
let seen: Passed[][]

beforeAll(async () => {
  road = await startRoad()
  const { port, hostname } = new URL(road.gateway.url)
  wire = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: Number(port), host: hostname, noDelay: true })
    const passed: Passed[] = []
    seen.push(passed)
    const pass = (from: Passed['from']) => (bytes: Buffer) =>
      passed.push({ from, text: bytes.toString('latin1'), atNs: process.hrtime.bigint() })
    near.on('data', pass('app')).pipe(far)
    far.on('data', pass('gateway')).pipe(near)
    for (const socket of [near, far]) {
      socket.on('error', () => {
        near.destroy()
        far.destroy()
      })
    }
  })
  wire.listen(0, '127.0.0.1')
  await once(wire, 'listening')
  seen = []
  app = await startProgram('app', {
    PORT: String(await freePort()),
    DATABASE_URL: `file:${join(road.folder, 'races.db')}`,
    GATEWAY_URL: `http://127.0.0.1:${(wire.address() as AddressInfo).port}`,
    GATEWAY_METRICS_URL: road.gatewayMetricsUrl,
    SIMULATOR_URL: road.simulator.url,
    CLOCK_CALIBRATION: 'off',
  })
})
afterAll(async () => {
  await app?.stop()
  wire?.close()
  await road?.stop()
})

test('at the light each lane sends its last byte to the gateway; no provider is asked before', async () => {
  seen = []
  const lanes = [true, true, false, true].map((stream) => ({ model: 'sim-quick', stream }))
  const state = await race(app.url, { prompt: 'p', lanes })
  expect(state.lanes.map(({ outcome }) => outcome!.kind)).toEqual(Array(4).fill('done'))
  const lightNs = BigInt(state.end!.clock!.greenLightNs!)
  const calls = seen.filter(([first]) => first!.text.startsWith('POST /v1/chat/completions'))
  expect(calls).toHaveLength(4)
  for (const passed of calls) {
    const before = passed.filter(({ atNs }) => atNs < lightNs)
    const after = passed.filter(({ atNs }) => atNs >= lightNs)
    expect(before.filter(({ from }) => from === 'gateway').map(({ text }) => text)).toEqual([
      'HTTP/1.1 102 Processing\r\n\r\n',
    ])
    expect(after.filter(({ from }) => from === 'app').map(({ text }) => text)).toEqual(['\n'])
  }
  for (const { outcome } of state.lanes) {
    if (outcome?.kind !== 'done') throw new Error('not done')
    const { gateway, completionId, totalMs } = outcome.event
    const ledger = SimulatorLedger.parse(
      await (await fetch(`${road.simulator.url}/ledger/${completionId}`)).json(),
    )
    expect(BigInt(ledger.acceptedAtNs)).toBeGreaterThan(lightNs)
    // The gateway's own clock also starts with the light.
    expect(gateway!.durationMs).toBeLessThanOrEqual(totalMs)
  }
})
