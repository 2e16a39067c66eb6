import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { done, events, finish, role, token } from './testing/chunks.ts'
import { goodAnswer } from './testing/door.ts'
import { type ErrorBody, messages, oneModel, type RunningGateway, startGateway } from './testing/gateway.ts'
import { type Received, startUpstream, type Upstream } from './testing/upstream.ts'

/** A provider that holds back the answer to `user: wait`; when it streams, from the second token on. */
let going: PromiseWithResolvers<void>
let upstream: Upstream
let gateway: RunningGateway
beforeEach(async () => {
  going = Promise.withResolvers()
  upstream = await startUpstream(async (response, asked) => {
    if (!asked.body.includes('"wait"')) return goodAnswer(response, asked)
    if (!asked.body.includes('"stream":true')) {
      await going.promise
      return goodAnswer(response, asked)
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write([role, token('a')].join(''))
    await going.promise
    response.end([token('b'), finish, done].join(''))
  })
  gateway = await startGateway(oneModel(upstream.url))
})
afterEach(async () => {
  going.resolve()
  await gateway.close()
  await upstream.close()
})

const plain = { model: 'm', messages }
const held = { ...plain, user: 'wait' }
const whole = { stream: true, stream_options: { include_usage: true } }

async function readReady(url: string) {
  const response = await fetch(new URL('/ready', url))
  return { status: response.status, body: await response.json() }
}

test('ready until it drains; alive while it does', async () => {
  const ready = { status: 200, body: { ready: true, reasons: [] } }
  expect(await readReady(gateway.url)).toEqual(ready)
  expect(await readReady(gateway.metricsUrl)).toEqual(ready)
  void gateway.gateway.drain({ delayMs: 60_000, deadlineMs: 0 })
  const notReady = {
    status: 503,
    body: { ready: false, reasons: [expect.stringContaining('shutting down')] },
  }
  expect(await readReady(gateway.url)).toEqual(notReady)
  expect(await readReady(gateway.metricsUrl)).toEqual(notReady)
  expect((await fetch(`${gateway.url}/health`)).status).toBe(200)
  expect((await gateway.chat(plain)).status).toBe(200)
})

test('running calls finish whole, no new ones are accepted, then the drain is over', async () => {
  const response = await gateway.chat({ ...held, ...whole })
  const drained = gateway.gateway.drain({ delayMs: 0, deadlineMs: 60_000 })
  await expect.poll(() => gateway.gateway.server.listening).toBe(false)
  await expect(fetch(`${gateway.url}/health`)).rejects.toThrow()
  expect(await readReady(gateway.metricsUrl)).toMatchObject({ status: 503 })
  going.resolve()
  expect(await response.text()).toBe([role, token('a'), token('b'), finish, done].join(''))
  await drained
})

test('at the deadline a stream ends with an error of its own and no [DONE], and the provider with it', async () => {
  const received = upstream.next()
  const response = await gateway.chat({ ...held, ...whole })
  await gateway.gateway.drain({ delayMs: 0, deadlineMs: 0 })
  const said = events(await response.text())
  expect(said.at(-1)).toMatchObject({ error: { code: 'gateway_shutdown' } })
  expect(said).not.toContain('[DONE]')
  await ((await received) satisfies Received).cutOff
  // It is no failure of the provider.
  expect(gateway.gateway.targets()).toMatchObject([{ breaker: 'closed', failuresInARow: 0, pending: 0 }])
  expect(gateway.logs.at(-1)).toMatchObject({ outcome: 'gateway_shutdown' })
})

test('at the deadline a call without an answer yet gets the error as its answer', async () => {
  const received = upstream.next()
  const asking = gateway.chat(held)
  await received
  await gateway.gateway.drain({ delayMs: 0, deadlineMs: 0 })
  const response = await asking
  expect(response.status).toBe(503)
  expect(response.headers.get('connection')).toBe('close')
  expect(((await response.json()) as ErrorBody).error.code).toBe('gateway_shutdown')
})

test('a kept connection is told to close, whether its answer had begun or not', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = async () => {
    const asked = request(`${gateway.url}/health`, { agent }).end()
    const [response] = await once(asked, 'response')
    response.resume()
    await once(response, 'end')
    return response.headers.connection
  }
  expect(await ask()).toBe('keep-alive')
  void gateway.gateway.drain({ delayMs: 60_000, deadlineMs: 0 })
  expect(await ask()).toBe('close')
  agent.destroy()
})

test('idle connections do not hold up the drain', async () => {
  const agent = new Agent({ keepAlive: true })
  const asked = request(`${gateway.url}/health`, { agent }).end()
  const [response] = await once(asked, 'response')
  response.resume()
  await once(response, 'end')
  await gateway.gateway.drain({ delayMs: 0, deadlineMs: 60_000 })
  agent.destroy()
})

test('nor does one whose body came after its answer', async () => {
  const agent = new Agent({ keepAlive: true })
  const asked = request(`${gateway.url}/nowhere`, { agent, method: 'POST' })
  asked.write('a')
  const [response] = await once(asked, 'response')
  response.resume()
  await once(response, 'end')
  asked.end('b')
  await once(agent, 'free')
  await gateway.gateway.drain({ delayMs: 0, deadlineMs: 60_000 })
  agent.destroy()
})

test('a slow reader gets the rest of an answer that is over for the gateway', async () => {
  const event = token('x'.repeat(16_000))
  let send: (text: string) => Promise<void> = async () => {}
  let end = () => {}
  const source = await startUpstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    send = (text) => new Promise((resolve) => void response.write(text, () => resolve()))
    end = () => response.end(finish + done)
  })
  const slow = await startGateway(oneModel(source.url))
  const connected = once(slow.gateway.server, 'connection')
  const body = JSON.stringify({ ...plain, stream: true })
  const caller = connect(Number(new URL(slow.url).port), '127.0.0.1')
  caller.write(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  const [socket] = (await connected) as [Socket]
  await expect.poll(() => source.received).toHaveLength(1)
  // Until the kernel's buffers are full: further bytes wait in the gateway.
  let sent = 0
  while (socket.writableLength === 0) {
    await send(event)
    sent += event.length
    await expect.poll(() => socket.bytesWritten, { interval: 1 }).toBeGreaterThan(sent)
  }
  end()
  await expect.poll(() => slow.sample('gateway_requests_total', 'status="200"')).toBe(1)
  expect(socket.writableLength).toBeGreaterThan(0)
  const drained = slow.gateway.drain({ delayMs: 0, deadlineMs: 60_000 })
  // No new connection is accepted, and idle ones are closed.
  await expect
    .poll(() =>
      fetch(`${slow.url}/health`).then(
        () => 'open',
        () => 'closed',
      ),
    )
    .toBe('closed')
  expect(await text(caller)).toMatch(/data: \[DONE\]\n\n\r\n0\r\n\r\n$/)
  await drained
  await slow.close()
  await source.close()
})
