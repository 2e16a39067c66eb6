import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { exportJWK, generateKeyPair } from 'jose'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { useBooks } from './testing/books.ts'
import { bearer, type Door, type DoorOptions, goodAnswer, keyOf, openDoor } from './testing/door.ts'
import { type ErrorBody, messages, oneModel, startGateway } from './testing/gateway.ts'
import { findReport } from './testing/reports.ts'
import { startSpending } from './testing/spending.ts'
import { good, sign } from './testing/token-door.ts'
import { startUpstream } from './testing/upstream.ts'

const books = useBooks(beforeEach, afterEach)
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function open(policies: object = {}, options: DoorOptions = {}): Promise<Door> {
  const door = await openDoor(policies, options)
  closing.push(() => door.close())
  return door
}

const plain = { model: 'm', messages }

interface Staged {
  /** Resolves at `102 Processing`: all is done but sending the request. */
  ready: Promise<void>
  hasAnswer(): boolean
  answer: Promise<IncomingMessage>
  signal(): void
  leave(): void
}

/** All of the body but its last byte has been written. */
function stage(url: string, body: string, headers: Record<string, string> = {}): Staged {
  const bytes = Buffer.from(`${body}\n`)
  const sent: ClientRequest = request(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': bytes.length,
      'x-gateway-start': 'last-byte',
      ...headers,
    },
  })
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  sent.on('information', ({ statusCode }) => statusCode === 102 && resolve())
  let hasAnswer = false
  const answer = once(sent, 'response').then(([response]) => {
    hasAnswer = true
    return response as IncomingMessage
  })
  answer.catch(() => {})
  sent.write(bytes.subarray(0, -1))
  return {
    ready,
    hasAnswer: () => hasAnswer,
    answer,
    signal: () => void sent.end(bytes.subarray(-1)),
    leave: () => void sent.destroy(),
  }
}

/** Waits so long that all bytes on their way have arrived. */
async function aWhile({ gateway }: Pick<Door, 'gateway'>) {
  for (let call = 0; call < 3; call++) await (await gateway.chat({ model: 'nobody' })).text()
}

async function readError(answer: IncomingMessage) {
  const { error } = JSON.parse(await text(answer)) as ErrorBody
  return { status: answer.statusCode, code: error.code, message: error.message }
}

test.each([false, true])(
  'nothing goes up before the signal, and time counts from it; stream: %s',
  async (isStream) => {
    let nowMs = 0
    const { gateway, upstream } = await open({}, { monotonicMs: () => nowMs })
    const asked = { ...plain, stream: isStream, stream_options: { include_usage: true } }
    const staged = stage(gateway.url, JSON.stringify(asked), { 'x-gateway-report': '1' })
    await staged.ready
    nowMs = 5_000
    await aWhile({ gateway })
    expect(upstream.received).toEqual([])
    expect(await gateway.sample('gateway_in_flight_requests')).toBe(1)

    staged.signal()
    const answer = await staged.answer
    expect(answer.statusCode).toBe(200)
    const said = await text(answer)
    const report = isStream ? findReport(said) : JSON.parse(said).gateway
    expect(report).toMatchObject({ durationMs: 0, overheadMs: 0 })
    // Without the signal's byte, which is not part of the request.
    expect(upstream.received.map(({ body }) => JSON.parse(body))).toMatchObject([{ messages }])
    expect(upstream.received[0]!.headers).not.toHaveProperty('x-gateway-start')
  },
)

test('a body that comes byte by byte, or all at once with its signal, is the same call', async () => {
  const { gateway, upstream } = await open()
  const body = JSON.stringify(plain)
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-gateway-start': 'last-byte' },
  }
  const url = `${gateway.url}/v1/chat/completions`
  expect((await fetch(url, { ...init, body: `${body}\n` })).status).toBe(200)

  // The signal alone, without a body.
  expect((await fetch(url, { ...init, body: '\n' })).status).toBe(400)

  const bytes = Buffer.from(`${body}\n`)
  const slow = request(url, { ...init, headers: { ...init.headers, 'content-length': bytes.length } })
  for (const byte of bytes) {
    slow.write(Buffer.of(byte))
    await new Promise(setImmediate)
  }
  slow.end()
  const [answer] = (await once(slow, 'response')) as [IncomingMessage]
  expect(answer.statusCode).toBe(200)
  const [first, second] = upstream.received
  expect(second!.body).toBe(first!.body)
})

test('a caller that has sent all of it, or speaks HTTP/1.0, gets only the answer', async () => {
  const { gateway } = await open()
  const body = `${JSON.stringify(plain)}\n`
  const call = async (version: string, cutAt: number) => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    const head = `POST /v1/chat/completions HTTP/${version}\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json`
    socket.write(`${head}\r\nX-Gateway-Start: last-byte\r\nContent-Length: ${body.length}\r\n\r\n`)
    socket.write(body.slice(0, cutAt))
    await aWhile({ gateway })
    socket.write(body.slice(cutAt))
    return (await text(socket)).split('\r\n').filter((line) => line.startsWith('HTTP/'))
  }
  expect(await call('1.1', body.length)).toEqual(['HTTP/1.1 200 OK'])
  expect(await call('1.1', body.length - 1)).toEqual(['HTTP/1.1 102 Processing', 'HTTP/1.1 200 OK'])
  expect(await call('1.0', body.length - 1)).toEqual(['HTTP/1.1 200 OK'])
})

test.each([
  ['an unknown model', { ...plain, model: 'x' }, {}, 404, 'model_not_found'],
  ['an unknown key', plain, { authorization: 'Bearer wrong' }, 401, 'invalid_api_key'],
  ['an invalid request', { model: 'm' }, {}, 400, 'invalid_request'],
])('%s is refused when the signal has come, and not before', async (_what, asked, headers, status, code) => {
  const door = await open({ apiKeys: { mode: 'optional', keys: [] } })
  const staged = stage(door.gateway.url, JSON.stringify(asked), headers)
  await aWhile(door)
  expect(staged.hasAnswer()).toBe(false)
  staged.signal()
  expect(await readError(await staged.answer)).toMatchObject({ status, code })
  expect(door.upstream.received).toEqual([])
})

test('a provider’s refusal is retried as usual', async () => {
  let calls = 0
  const { gateway, upstream } = await open(
    { retry: { attempts: 2, initialBackoffMs: 1 } },
    {
      answer(response, asked) {
        if (++calls > 1) return goodAnswer(response, asked)
        response.writeHead(500).end()
      },
    },
  )
  const staged = stage(gateway.url, JSON.stringify(plain))
  await staged.ready
  staged.signal()
  expect((await staged.answer).headers).toMatchObject({ 'x-gateway-attempts': '2' })
  expect(upstream.received).toHaveLength(2)
})

test('an answer from the cache waits for the signal too', async () => {
  const door = await open({ cache: { mode: 'exact' } })
  await (await door.gateway.chat(plain)).text()
  const staged = stage(door.gateway.url, JSON.stringify(plain))
  await staged.ready
  await aWhile(door)
  expect(staged.hasAnswer()).toBe(false)
  staged.signal()
  expect((await staged.answer).headers['x-gateway-cache']).toBe('hit')
})

test('when a caller leaves before the signal, nothing is sent, and what was reserved is given back', async () => {
  const { gateway, upstream } = await open({
    rateLimits: [{ per: ['model'], concurrency: 1, tokensPerMinute: 100 }],
  })
  const staged = stage(gateway.url, JSON.stringify({ ...plain, max_tokens: 80 }))
  await staged.ready
  expect((await gateway.chat(plain)).status).toBe(429)
  staged.leave()
  await expect.poll(() => gateway.sample('gateway_in_flight_requests')).toBe(0)
  const answer = await gateway.chat({ ...plain, max_tokens: 80 })
  expect(answer.status).toBe(200)
  expect(upstream.received).toHaveLength(1)
  expect(await gateway.sample('gateway_requests_total', 'status="499"')).toBe(1)
  expect(gateway.logs.find(({ outcome }) => outcome === 'caller_left')).toMatchObject({
    attempts: 0,
    inputTokens: null,
  })
})

test('a caller that leaves while its token is checked has left', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] })
  const asked = Promise.withResolvers<() => void>()
  const issuer = await startUpstream((response) => asked.resolve(() => void response.end(keys)))
  closing.push(() => issuer.close())
  const jwt = { issuer: 'https://issuer', audience: 'gateway', jwks: `${issuer.url}/keys` }
  const { gateway } = await open({ jwt })
  const token = await sign(good, { alg: 'ES256' }, privateKey)
  const staged = stage(gateway.url, JSON.stringify(plain), bearer(token).headers)
  const publish = await asked.promise
  staged.leave()
  const { server } = gateway.gateway
  const connections = promisify(server.getConnections.bind(server))
  await expect.poll(() => connections()).toBe(0)
  publish()
  await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ status: 499, outcome: 'caller_left' })
})

test('a call that waits for its signal ends when the gateway stops, or its time is over', async () => {
  const slow = await open({ timeouts: { totalMs: 50 } })
  const late = stage(slow.gateway.url, JSON.stringify(plain))
  expect(await readError(await late.answer)).toMatchObject({ status: 504, code: 'total_timeout' })

  const going = await open()
  const staged = stage(going.gateway.url, JSON.stringify(plain))
  await staged.ready
  const drained = going.gateway.gateway.drain({ delayMs: 0, deadlineMs: 10 })
  expect(await readError(await staged.answer)).toMatchObject({ status: 503, code: 'gateway_shutdown' })
  await drained
  expect([...slow.upstream.received, ...going.upstream.received]).toEqual([])
})

test('the time of a call begins anew with its signal', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const asked = Promise.withResolvers<() => void>()
  const { gateway } = await open(
    { timeouts: { totalMs: 5_000 } },
    { answer: (response, request) => asked.resolve(() => void goodAnswer(response, request)) },
  )
  const staged = stage(gateway.url, JSON.stringify(plain))
  await staged.ready
  vi.advanceTimersByTime(4_000)
  staged.signal()
  const answer = await asked.promise
  vi.advanceTimersByTime(4_000)
  answer()
  expect((await staged.answer).statusCode).toBe(200)
})

test('a signal that does not come within a request’s time ends the call', async () => {
  const upstream = await startUpstream(goodAnswer)
  const gateway = await startGateway(oneModel(upstream.url), {
    arrival: { headersMsMax: 100, requestMsMax: 200, checkEveryMs: 20 },
  })
  closing.push(async () => {
    await gateway.close()
    await upstream.close()
  })
  const staged = stage(gateway.url, JSON.stringify(plain))
  expect(await readError(await staged.answer)).toMatchObject({ status: 408, code: 'request_timeout' })
  expect(upstream.received).toEqual([])
})

test('an impossible signal is refused with how to send one', async () => {
  const { gateway, upstream } = await open()
  const call = async (body: string, headers: Record<string, string>) => {
    const answer = await gateway.chat(body, { headers })
    const { error } = (await answer.json()) as ErrorBody
    return `${answer.status} ${error.code} ${error.message}`
  }
  expect(await call(JSON.stringify(plain), { 'x-gateway-start': 'now' })).toBe(
    '400 invalid_request `x-gateway-start` must be `last-byte`, on a request with a Content-Length.',
  )
  // The last byte of this body is the closing brace.
  expect(await call(JSON.stringify(plain), { 'x-gateway-start': 'last-byte' })).toMatch(
    /^400 invalid_json .* put a line end there\.$/,
  )
  const chunked = request(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-gateway-start': 'last-byte' },
  })
  chunked.write(JSON.stringify(plain))
  chunked.end('\n')
  const [answer] = (await once(chunked, 'response')) as [IncomingMessage]
  expect(await readError(answer)).toMatchObject({ status: 400, code: 'invalid_request' })
  expect(upstream.received).toEqual([])
})

test('a call that will be refused reserves no budget while it waits for its signal', async () => {
  const tenant = { tenant: 't' }
  const spending = await startSpending({
    keys: [keyOf('a', { ...tenant, rateLimits: [{ requestsPerMinute: 1 }] }), keyOf('b', tenant)],
    budgets: [{ per: 'tenant', usd: 5, period: 'day' }],
  })
  closing.push(() => spending.close())
  expect((await spending.spend('a')).status).toBe(200)
  const dear = JSON.stringify({ ...plain, max_tokens: 1_000_000 })
  const staged = stage(spending.gateway.url, dear, { authorization: 'Bearer key-of-a' })
  await expect.poll(() => spending.gateway.sample('gateway_rate_limited_total')).toBe(1)
  expect((await spending.spend('b')).status).toBe(200)
  staged.signal()
  expect((await staged.answer).statusCode).toBe(429)
  expect((await spending.admin('/admin/budgets')).body).toMatchObject({ data: [{ reservedUsd: 0 }] })
})

test('if the signal comes in the next period, the call is booked in the period of its arrival', async () => {
  let now = new Date('2026-03-31T23:59:59Z')
  const spending = await books.start({
    date: () => now,
    budgets: [{ per: 'caller', usd: 1, period: 'day' }],
  })
  const body = JSON.stringify({ ...plain, max_tokens: 5 })
  const staged = stage(spending.gateway.url, body, { authorization: 'Bearer key-of-a' })
  await staged.ready
  now = new Date('2026-04-01T00:00:01Z')
  staged.signal()
  await text(await staged.answer)
  // The budget of the new day is untouched.
  expect((await spending.spend('a')).status).toBe(200)
  expect((await books.usageOf(spending, '?to=2026-04-01')).total).toMatchObject({ calls: 1, costUsd: 1 })
  expect((await books.usageOf(spending, '?from=2026-04-01')).total).toMatchObject({ calls: 1, costUsd: 1 })
  // In memory, and in the books, from which the next start reads.
  now = new Date('2026-03-31T23:59:59Z')
  expect((await spending.spend('a')).status).toBe(402)
  await spending.gateway.close()
  const next = await books.start({ date: () => now, budgets: [{ per: 'caller', usd: 1, period: 'day' }] })
  expect((await next.spend('a')).status).toBe(402)
})
