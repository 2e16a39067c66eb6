/** Which connections from the gateway to the providers are open before the green light. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { type House, startHouse } from './support/programs.ts'

let house: House
let provider: Server
/** Times of the machine's monotonic clock. */
let opened: bigint[]
let asked: bigint[]

beforeAll(async () => {
  provider = createServer((request, response) => {
    asked.push(process.hrtime.bigint())
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' })
      response.end(
        'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
      )
    })
  })
  provider.on('connection', () => opened.push(process.hrtime.bigint()))
  provider.listen(0, '127.0.0.1')
  await once(provider, 'listening')
  const baseUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`
  house = await startHouse({ models: [{ name: 'far', provider: 'custom', params: { baseUrl } }] })
})
afterAll(async () => {
  await house?.stop()
  provider?.close()
})

test.each([
  ['a race', false],
  ['a cold start', true],
])('%s: connections to the provider, and the light', async (_what, coldStart) => {
  opened = []
  asked = []
  const lanes = Array.from({ length: 4 }, () => ({ model: 'far' }))
  const { end } = await race(house.app.url, { prompt: 'p', lanes, coldStart })
  const light = BigInt(end!.clock!.greenLightNs!)
  expect([opened.length, asked.length]).toEqual([4, 4])
  expect(opened.map((at) => at < light)).toEqual(Array(4).fill(!coldStart))
  expect(asked.every((at) => at > light)).toBe(true)
})
