/**
 * What comes through the public door and is no good: the right status, in the form of errors that clients read, counted by
 * reason, and nothing of it goes upstream.
 */
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { token } from './testing/chunks.ts'
import { bearer, keyOf } from './testing/door.ts'
import { type ErrorBody, messages, type RunningGateway, startGateway } from './testing/gateway.ts'
import { type Answering, json, startUpstream, type Upstream } from './testing/upstream.ts'

let upstream: Upstream
let gateway: RunningGateway
let answering: Answering

beforeAll(async () => {
  upstream = await startUpstream((response, request) => answering(response, request))
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-of-the-gateway' }
  gateway = await startGateway(
    {
      models: [
        { name: 'gpt-4o-mini', provider: 'openai', params: { apiKey: '$OPENAI_API_KEY' } },
        { name: 'm-large', provider: 'custom', params },
        { name: 'm-small', provider: 'custom', params },
      ],
      policies: {
        apiKeys: { mode: 'optional', keys: [keyOf('few', { allowedModels: ['m-small'] })] },
      },
    },
    { bodyBytesMax: 1000, arrival: { headersMsMax: 100, requestMsMax: 200, checkEveryMs: 20 } },
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

const good = { model: 'm-large', messages }
const typed = { 'content-type': 'application/json' }
const path = '/v1/chat/completions'
const port = () => Number(new URL(gateway.url).port)
const refusals = (reason: string) => gateway.sample('gateway_refused_total', `reason="${reason}"`)

const refused: [
  what: string,
  status: number,
  code: string,
  names: RegExp,
  body: string | Buffer<ArrayBuffer>,
  headers?: Record<string, string>,
][] = [
  ['broken JSON', 400, 'invalid_json', /not JSON/, '{"model":'],
  ['no body', 400, 'invalid_json', /empty/, ''],
  ['no object', 400, 'invalid_request', /JSON object/, '[]'],
  ['no model', 400, 'invalid_request', /`model`/, JSON.stringify({ messages })],
  ['no messages', 400, 'invalid_request', /`messages`/, JSON.stringify({ model: 'm' })],
  [
    'an empty list of messages',
    400,
    'invalid_request',
    /`messages`/,
    JSON.stringify({ ...good, messages: [] }),
  ],
  ['a wrong stream', 400, 'invalid_request', /`stream`/, JSON.stringify({ ...good, stream: 'yes' })],
  [
    'wrong stream options',
    400,
    'invalid_request',
    /include_usage/,
    JSON.stringify({ ...good, stream_options: { include_usage: 1 } }),
  ],
  ['an unknown model', 404, 'model_not_found', /"m-large"/, JSON.stringify({ ...good, model: 'm-larg' })],
  [
    'a slip of the finger',
    404,
    'model_not_found',
    /"m-small"/,
    JSON.stringify({ ...good, model: 'm-smlal' }),
  ],
  [
    'a model without its key',
    503,
    'model_unavailable',
    /OPENAI_API_KEY/,
    JSON.stringify({ ...good, model: 'gpt-4o-mini' }),
  ],
  [
    'a body over the limit',
    413,
    'request_too_large',
    /1000 bytes/,
    JSON.stringify({ ...good, x: 'x'.repeat(2000) }),
  ],
  ['bytes that are no UTF-8', 400, 'invalid_json', /UTF-8/, Buffer.from('"\xff"', 'latin1')],
  [
    'a wrong key',
    401,
    'invalid_api_key',
    /key/,
    JSON.stringify(good),
    { ...typed, ...bearer('wrong').headers },
  ],
  [
    'a model that the key may not use',
    403,
    'model_not_allowed',
    /not among the models of few: m-small/,
    JSON.stringify(good),
    { ...typed, ...bearer('key-of-few').headers },
  ],
  ['a form', 415, 'unsupported_media_type', /application\/json/, 'a=b', { 'content-type': 'text/plain' }],
  [
    'a packed body',
    415,
    'unsupported_media_type',
    /uncompressed/,
    '{}',
    { ...typed, 'content-encoding': 'gzip' },
  ],
]

test.each(refused)('%s gets %i %s', async (_what, status, code, names, body, headers) => {
  const [calls, reasons] = [
    await gateway.sample('gateway_requests_total', `status="${status}"`),
    await refusals(code),
  ]
  const response = await fetch(gateway.url + path, { method: 'POST', headers: headers ?? typed, body })
  expect(response.status).toBe(status)
  const { error } = (await response.json()) as ErrorBody
  expect(error).toEqual({
    message: expect.stringMatching(names),
    type: expect.stringMatching(/^(invalid_request|authentication|permission|server)_error$/),
    code,
    param: null,
  })
  expect(response.headers.get('x-gateway-request-id')).toMatch(/^req_\w{32}$/)
  expect(upstream.received).toEqual([])
  expect(await gateway.sample('gateway_requests_total', `status="${status}"`)).toBe(calls + 1)
  expect(await refusals(code)).toBe(reasons + 1)
})

test.each([
  ['an unknown address', '/v1/chat', {}, 404, 'not_found'],
  ['a wrong method', path, {}, 405, 'method_not_allowed'],
  ['the host of a page elsewhere', '/v1/models', { host: 'evil.example' }, 403, 'host_not_allowed'],
  ['a wrong key for the list of models', '/v1/models', bearer('wrong').headers, 401, 'invalid_api_key'],
])('%s is counted by its reason too', async (_what, where, headers, status, reason) => {
  const before = await refusals(reason)
  const request = httpRequest(gateway.url + where, { headers }).end()
  const [response] = await once(request, 'response')
  expect([response.statusCode, JSON.parse(await text(response)).error.code]).toEqual([status, reason])
  expect(await refusals(reason)).toBe(before + 1)
})

test('a body that grows over the limit without having said so is refused too', async () => {
  const request = httpRequest(gateway.url + path, { method: 'POST', headers: typed })
  request.write(`{"x":"${'x'.repeat(1500)}`)
  request.end('"}')
  const [response] = await once(request, 'response')
  expect(response.statusCode).toBe(413)
  expect(JSON.parse(await text(response)).error.code).toBe('request_too_large')
})

/** What the gateway answers to these bytes, until it closes the connection. */
async function raw(...writes: string[]): Promise<string> {
  const socket = connect(port(), '127.0.0.1')
  for (const bytes of writes) socket.write(bytes)
  return text(socket)
}

/** One answer and no more, in the form of all others. */
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

const post = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n`

describe('what is hardly a request', () => {
  test.each([
    ['no HTTP', 400, 'not_http', 'hello\r\n\r\n'],
    ['headers without a bound', 431, 'headers_too_large', `${post}X: ${'x'.repeat(20_000)}`],
    ['headers that never end', 408, 'request_timeout', `${post}X: `],
    ['two lengths', 400, 'not_http', `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
    ['a body that never ends', 408, 'request_timeout', `${post}Content-Length: 9\r\n\r\n{`],
    ['chunks that are none', 400, 'not_http', `${post}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`],
    ['no host', 403, 'host_not_allowed', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ])('%s gets %i %s', async (_what, status, code, bytes) => {
    const before = await refusals(code)
    expect(readAnswer(await raw(bytes))).toEqual({ status, code })
    expect(await refusals(code)).toBe(before + 1)
    expect(upstream.received).toEqual([])
  })

  test('a late body is a call that failed: on the record once, and in the form of its caller', async () => {
    const calls = await gateway.sample('gateway_requests_total', 'status="408"')
    const answer = await raw(`${post.replace(path, '/v1/messages')}Content-Length: 9\r\n\r\n{`)
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*"type":"error","error":\{"type":"invalid_request_error"/s)
    expect(await gateway.sample('gateway_requests_total', 'status="408"')).toBe(calls + 1)
  })

  test('a body that was refused and goes on for ever gets one answer, and then the end', async () => {
    expect(await raw(`${post}Content-Length: 5000\r\n\r\n{`)).toMatch(/^HTTP\/1\.1 413 .*\}$/s)
  })

  test('an expectation that nobody knows is let be', async () => {
    const body = JSON.stringify(good)
    const head = `${post}Connection: close\r\nExpect: a-miracle\r\nContent-Length: ${body.length}\r\n\r\n`
    expect(await raw(head + body)).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('bytes that are no request, in the middle of an answer, get no answer inside it', async () => {
    answering = (response) =>
      void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(token('a'))
    const body = JSON.stringify({ ...good, stream: true })
    const socket = connect(port(), '127.0.0.1')
    socket.write(`${post}Content-Length: ${body.length}\r\n\r\n${body}`)
    await once(socket, 'data')
    socket.write('hello\r\n\r\n')
    const rest = await text(socket)
    expect(rest).not.toContain('HTTP/1.1')
    await upstream.received[0]!.cutOff
  })
})

describe('headers', () => {
  const secrets = {
    authorization: 'Bearer key-of-few',
    'x-api-key': 'callers-own',
    'api-key': 'callers-own',
    'x-goog-api-key': 'callers-own',
    cookie: 'callers=own',
    'proxy-authorization': 'Basic callers-own',
    'x-forwarded-for': '203.0.113.7',
    'x-of-the-house': 'callers-own',
  }
  const hopByHop = {
    te: 'trailers',
    trailer: 'x',
    upgrade: 'h2c',
    'proxy-connection': 'keep-alive',
    'keep-alive': 'timeout=9',
    connection: 'keep-alive, X-Title, upgrade',
    'x-title': 'for this connection only',
  }

  test('of the caller that are secrets, or for one connection, never reach the provider', async () => {
    const request = httpRequest(gateway.url + path, {
      method: 'POST',
      headers: { ...typed, ...secrets, ...hopByHop, traceparent: '00-1-2-01' },
    })
    request.end(JSON.stringify({ ...good, model: 'm-small' }))
    const [response] = await once(request, 'response')
    await text(response)
    expect(response.statusCode).toBe(200)
    const { headers } = upstream.received[0]!
    expect(Object.keys(headers).sort()).toEqual([
      'accept',
      'accept-encoding',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'traceparent',
      'user-agent',
    ])
    expect(headers.authorization).toBe('Bearer sk-of-the-gateway')
    expect(JSON.stringify(headers)).not.toMatch(/callers.own|key-of-few|this connection/)
  })

  test.each([200, 401])(
    'of the provider that are its own never reach the caller, with status %i',
    async (status) => {
      const own = {
        'set-cookie': ['provider=own', 'other=own'],
        'www-authenticate': 'Bearer provider-own',
        server: 'provider-own',
        'strict-transport-security': 'max-age=1',
        'alt-svc': 'h3=":443"',
        'x-of-the-house': 'provider-own',
        connection: 'X-Ratelimit-Secret',
        'x-ratelimit-secret': 'provider-own',
        'x-ratelimit-limit-requests': '60',
      }
      answering = (response) => {
        for (const [name, value] of Object.entries(own)) response.setHeader(name, value)
        json({ choices: [{}], error: status === 401 ? { message: 'no' } : undefined }, status)(
          response,
          upstream.received[0]!,
        )
      }
      const response = await gateway.chat(good)
      await response.text()
      expect(response.status).toBe(status)
      expect([...response.headers.keys()].sort()).toEqual([
        'connection',
        'content-length',
        'content-type',
        'date',
        'keep-alive',
        'x-gateway-attempts',
        'x-gateway-model',
        'x-gateway-provider',
        'x-gateway-request-id',
        'x-ratelimit-limit-requests',
      ])
      expect(JSON.stringify([...response.headers])).not.toContain('own')
    },
  )
})
