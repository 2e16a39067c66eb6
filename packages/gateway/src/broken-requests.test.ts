/**
 * Bytes that Node's own parser gives up on, or waits for in vain: they get one answer, in the same form as all others,
 * are counted by reason, and the connection is closed.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { token } from './testing/chunks.ts'
import { type ErrorBody, messages, oneModel, type RunningGateway, startGateway } from './testing/gateway.ts'
import { type Answering, json, startUpstream, type Upstream } from './testing/upstream.ts'

let upstream: Upstream
let gateway: RunningGateway
let answering: Answering

beforeAll(async () => {
  upstream = await startUpstream((response, request) => answering(response, request))
  gateway = await startGateway(
    { ...oneModel(upstream.url), policies: { bodyBytesMax: 1000 } },
    {
      arrival: { headersMsMax: 100, requestMsMax: 200, checkEveryMs: 20 },
    },
  )
})
beforeEach(() => {
  answering = json({ choices: [{ message: { content: 'ok' } }] })
  upstream.received.length = 0
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

const good = { model: 'm', messages }
const path = '/v1/chat/completions'
const port = () => Number(new URL(gateway.url).port)
const refusals = (reason: string) => gateway.sample('gateway_refused_total', `reason="${reason}"`)

const post = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n`
const tunnel = 'CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com:443\r\n\r\n'

test.each([
  ['bytes that are not HTTP', 400, 'not_http', 'hello\r\n\r\n'],
  ['headers without a bound', 431, 'headers_too_large', `${post}X: ${'x'.repeat(20_000)}`],
  ['headers that never end', 408, 'request_timeout', `${post}X: `],
  ['two lengths', 400, 'not_http', `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
  ['a body that never ends', 408, 'request_timeout', `${post}Content-Length: 9\r\n\r\n{`],
  ['broken chunks', 400, 'not_http', `${post}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`],
  ['a tunnel', 405, 'method_not_allowed', tunnel],
  ['no host', 403, 'host_not_allowed', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
])('%s gets %i %s', async (_what, status, code, bytes) => {
  const before = await refusals(code)
  expect(readAnswer(await raw(bytes))).toEqual({ status, code })
  expect(await refusals(code)).toBe(before + 1)
  expect(upstream.received).toEqual([])
})

test.each([
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
])('%s is told what the port speaks', async (_what, bytes) => {
  expect(await raw(bytes)).toMatch(/no TLS and no HTTP\/2: call it with http:\/\//)
})

test('a client that asks for a tunnel is told what the gateway is, and can break off without harm', async () => {
  expect(await raw(tunnel)).toMatch(/^HTTP\/1\.1 405 .*\r\nallow: GET, POST\r\n.*HTTPS_PROXY/s)
  const socket = connect(port(), '127.0.0.1')
  socket.write(tunnel)
  await once(socket, 'connect')
  socket.resetAndDestroy()
  expect((await fetch(`${gateway.url}/health`)).status).toBe(200)
})

test('a client that stays though it gets no tunnel is closed', async () => {
  const accepted = once(gateway.gateway.server, 'connection')
  const socket = connect({ port: port(), host: '127.0.0.1', allowHalfOpen: true })
  socket.write(tunnel)
  const [held] = (await accepted) as [Socket]
  await once(held, 'close')
  socket.destroy()
})

test.each(['/health', '/ready'])('%s is answered without a Host header', async (where) => {
  expect(await raw(`GET ${where} HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /)
})

test('a late body is a failed call: it has one record, and its error is in the form of its caller', async () => {
  const calls = await gateway.sample('gateway_requests_total', 'status="408"')
  const answer = await raw(`${post.replace(path, '/v1/messages')}Content-Length: 9\r\n\r\n{`)
  expect(answer).toMatch(/^HTTP\/1\.1 408 .*"type":"error","error":\{"type":"invalid_request_error"/s)
  expect(await gateway.sample('gateway_requests_total', 'status="408"')).toBe(calls + 1)
})

test('a refused body that goes on for ever gets one answer, and then the connection is closed', async () => {
  const answer = await raw(`${post}Content-Length: 5000\r\n\r\n{`)
  expect(answer.match(/HTTP\/1\.1 .../g)).toEqual(['HTTP/1.1 413'])
})

test('a caller that ends in the middle of its body has left', async () => {
  const socket = connect(port(), '127.0.0.1')
  socket.end(`${post}Content-Length: 9\r\n\r\n{`)
  expect(await text(socket)).toBe('')
  await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ status: 499, outcome: 'caller_left' })
})

test('up to 64 MB of a refused body are read and dropped, and no more', async () => {
  const patient = await startGateway({ ...oneModel(upstream.url), policies: { bodyBytesMax: 1000 } })
  const socket = connect(Number(new URL(patient.url).port), '127.0.0.1')
  // If bytes were on their way, the close arrives as a reset.
  socket.on('error', () => {})
  const isOver = new Promise((resolve) => socket.once('close', resolve))
  socket.write(`${post}Content-Length: 1000000000\r\n\r\n`)
  expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1\.1 413 /)
  const megabyte = Buffer.alloc(1024 * 1024)
  let sent = 0
  // Some more than 64 MB: the kernel buffers some that were not read.
  for (; sent < 100 && !socket.destroyed; sent++) {
    const isTaken = new Promise((resolve) => socket.write(megabyte, resolve))
    await Promise.race([isTaken, isOver])
  }
  expect(sent).toBeGreaterThanOrEqual(64)
  expect(sent).toBeLessThan(100)
  await isOver
  await patient.close()
})

test('one connection more than allowed is closed, and the others go on', async () => {
  const small = await startGateway(oneModel(upstream.url), { arrival: { connectionsMax: 1 } })
  const to = Number(new URL(small.url).port)
  const first = connect(to, '127.0.0.1')
  const health = 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
  first.write(health)
  await once(first, 'data')
  const second = connect(to, '127.0.0.1')
  expect(await text(second)).toBe('')
  first.write(health)
  expect(String(await once(first, 'data'))).toMatch(/^HTTP\/1\.1 200 /)
  first.destroy()
  await small.close()
})

test('an unknown Expect header is ignored', async () => {
  const body = JSON.stringify(good)
  const head = `${post}Connection: close\r\nExpect: a-miracle\r\nContent-Length: ${body.length}\r\n\r\n`
  expect(await raw(head + body)).toMatch(/^HTTP\/1\.1 200 /)
})

test.each([
  ['bytes that are not a request', 'hello\r\n\r\n'],
  ['a tunnel', tunnel],
])('no answer inside an answer that runs: to %s', async (_what, bytes) => {
  answering = (response) =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(token('a'))
  const body = JSON.stringify({ ...good, stream: true })
  const socket = connect(port(), '127.0.0.1')
  socket.write(`${post}Content-Length: ${body.length}\r\n\r\n${body}`)
  await once(socket, 'data')
  socket.write(bytes)
  const rest = await text(socket)
  expect(rest).not.toContain('HTTP/1.1')
  await upstream.received[0]!.cutOff
})

/** All that the gateway answers to these bytes until it closes the connection. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(port(), '127.0.0.1')
  socket.write(bytes)
  return text(socket)
}

/** Expects exactly one answer, in the same form as all others. */
function readAnswer(answer: string): { status: number; code: string } {
  expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  expect(head).toMatch(/^content-type: application\/json$/im)
  expect(head).toMatch(/^x-gateway-request-id: req_/im)
  expect(head).toMatch(/^connection: close$/im)
  expect(Number(/^content-length: (\d+)$/im.exec(head)![1])).toBe(body.length)
  const { error } = JSON.parse(body) as ErrorBody
  expect(error).toMatchObject({
    message: expect.stringMatching(/\w/),
    type: expect.stringMatching(/_error$/),
  })
  return { status: Number(head.split(' ')[1]), code: error.code! }
}
