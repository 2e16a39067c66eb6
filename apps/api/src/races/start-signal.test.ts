/** Lanes at our own gateway: before the light it has their requests except the last byte, the start signal. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RacePage } from '@drag-race/contracts'
import { afterEach, expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { detail, race, stop } from '../testing/race-client.ts'
import { startApp } from '../testing/start-app.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** One request of a lane, as the gateway saw it. */
interface Seen {
  headers: IncomingHttpHeaders
  body: string
  /** The reads of the body: how many bytes each, and when by `process.hrtime`. */
  reads: { bytes: number; atNs: bigint }[]
  isGone: boolean
}

type Greets = (request: IncomingMessage, response: ServerResponse, seen: Seen) => void

/** Sends 102 Processing once all but the last byte has been read, as our own gateway does. */
const saysReady: Greets = (request, response) => {
  let left = Number(request.headers['content-length']) - 1
  request.on('data', (bytes: Buffer) => {
    left -= bytes.length
    if (left === 0) response.writeProcessing()
  })
}

/** `greets` is called when the head of a request has arrived. Whole requests are answered with one word. */
async function start(greets: Greets, isDefaultAddress = true) {
  const calls: Seen[] = []
  const server = createServer((request, response) => {
    if (request.url === '/v1/models') {
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'm', object: 'model' }] }))
      return
    }
    if (request.url !== '/v1/chat/completions') return void response.writeHead(404).end()
    const seen: Seen = { headers: request.headers, body: '', reads: [], isGone: false }
    calls.push(seen)
    response.on('close', () => {
      seen.isGone = !response.writableFinished
    })
    request.on('data', (bytes: Buffer) => {
      seen.body += bytes
      seen.reads.push({ bytes: bytes.length, atNs: process.hrtime.bigint() })
    })
    request.on('end', () => {
      if (response.headersSent) return
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const choice = { index: 0, delta: { content: 'hello' }, finish_reason: 'stop' }
      response.end(`data: ${JSON.stringify({ id: 'c', choices: [choice] })}\n\ndata: [DONE]\n\n`)
    })
    greets(request, response, seen)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const gatewayUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const app = await startApp({ gatewayUrl, isDefaultAddress })
  closing.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }, app.close)
  return { calls, app }
}

const lanes = [{ model: 'm' }, { model: 'm' }, { model: 'm', stream: false }]

test('all of a request but one byte arrives before the light, and that byte after it', async () => {
  const { calls, app } = await start(saysReady)
  const { end, lanes: raced } = await race(app.url, { prompt: 'p', lanes: lanes.slice(0, 2) })
  expect(raced.map(({ outcome, start }) => [outcome!.kind, start])).toEqual([
    ['done', 'prepared'],
    ['done', 'prepared'],
  ])
  const lightNs = BigInt(end!.clock!.greenLightNs!)
  expect(calls).toHaveLength(2)
  for (const { headers, body, reads } of calls) {
    expect(headers).toMatchObject({ 'x-gateway-start': 'last-byte', 'content-length': String(body.length) })
    expect(JSON.parse(body)).toMatchObject({ model: 'm' })
    const before = reads.filter(({ atNs }) => atNs < lightNs)
    expect(before.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(body.length - 1)
    expect(reads.at(-1)).toMatchObject({ bytes: 1 })
  }
})

test.each([
  ['a foreign gateway', false, false],
  ['a cold start', true, true],
])('%s gets a request as any other, at the light', async (_what, isDefaultAddress, coldStart) => {
  const { calls, app } = await start(() => {}, isDefaultAddress)
  const { end, lanes: raced } = await race(app.url, { prompt: 'p', lanes, coldStart })
  expect(new Set(raced.map((lane) => lane.start))).toEqual(new Set([coldStart ? 'cold' : 'warm']))
  const lightNs = BigInt(end!.clock!.greenLightNs!)
  expect(calls).toHaveLength(3)
  for (const { headers, body, reads } of calls) {
    expect(headers).not.toHaveProperty('x-gateway-start')
    expect(body.endsWith('}')).toBe(true)
    expect(reads.every(({ atNs }) => atNs > lightNs)).toBe(true)
  }
})

test('where the gateway’s 102 does not arrive, the race begins without it', async () => {
  const { calls, app } = await start(() => {})
  const state = await race(app.url, { prompt: 'p', lanes: lanes.slice(0, 2) })
  expect(state.lanes.map(({ outcome, answer, start }) => [outcome!.kind, answer, start])).toEqual([
    ['done', 'hello', 'warm'],
    ['done', 'hello', 'warm'],
  ])
  expect(calls).toHaveLength(2)
})

test.each([true, false])(
  'an answer before the light is stamped with the light; stream: %s',
  async (stream) => {
    // Something between the app and the gateway refuses by the headers alone.
    const { app } = await start((_request, response) => {
      response.writeHead(403, { 'content-type': 'application/json' })
      response.end('{"error":{"message":"not from here"}}')
    })
    const state = await race(app.url, { prompt: 'p', lanes: [{ model: 'm', stream }] })
    const [lane] = state.lanes
    const { startAt, outcome } = lane!
    expect(outcome).toMatchObject({
      kind: 'failed',
      event: { status: 403, arrival: { headersMs: 0, firstByteMs: 0 } },
    })
    expect(outcome!.event.at).toBeGreaterThanOrEqual(startAt!)
    expect(JSON.stringify(outcome)).toContain('not from here')
  },
)

test('a gateway that breaks off before the light is an error of that lane alone', async () => {
  let first = true
  const { app } = await start((request, response) => {
    if (!first) return saysReady(request, response, null as never)
    first = false
    request.socket.destroy()
  })
  const state = await race(app.url, { prompt: 'p', lanes: lanes.slice(0, 2) })
  const outcomes = state.lanes.map(({ outcome }) => outcome!)
  expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['done', 'failed'])
  expect(outcomes.find(({ kind }) => kind === 'failed')!.event).toMatchObject({ code: 'connection_lost' })
})

test('a race that is stopped before the light leaves nothing at the gateway', async () => {
  const { calls, app } = await start(() => {})
  const racing = race(app.url, { prompt: 'p', lanes: lanes.slice(0, 2) })
  const id = await eventually(async () => {
    const page = (await (await fetch(`${app.url}/api/races?status=running`)).json()) as RacePage
    expect(page.races).toHaveLength(1)
    expect(calls.map(({ reads }) => reads.length > 0)).toEqual([true, true])
    return page.races[0]!.id
  })
  await stop(app.url, id)
  await racing
  expect(await detail(app.url, id)).toMatchObject({ status: 'stopped' })
  await eventually(() => expect(calls.map(({ isGone }) => isGone)).toEqual([true, true]))
  expect(calls.every(({ body }) => body.endsWith('}'))).toBe(true)
})
