import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ErrorBody, messages, type RunningGateway, startGateway } from './testing/gateway.ts'
import { json, startUpstream, type Upstream } from './testing/upstream.ts'

let upstream: Upstream
let gateway: RunningGateway

beforeAll(async () => {
  upstream = await startUpstream(json({ choices: [] }))
  const params = { baseUrl: `${upstream.url}/v1` }
  gateway = await startGateway(
    {
      models: [
        { name: 'gpt-4o-mini', provider: 'openai', params: { apiKey: '$OPENAI_API_KEY' } },
        { name: 'ollama/llama3.2', provider: 'custom', params, description: 'A local one' },
        { name: 'sim-sprint', provider: 'simulator', params: { model: 'fast-small' } },
      ],
    },
    { variables: { SIMULATOR_URL: upstream.url }, bodyBytesMax: 1000 },
  )
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

const get = (path: string, init?: RequestInit) => fetch(gateway.url + path, init)

test('lists every model, with the reason why one cannot be called', async () => {
  const list = (await (await get('/v1/models')).json()) as { object: string; data: object[] }
  expect(list.object).toBe('list')
  expect(list.data).toEqual([
    {
      id: 'gpt-4o-mini',
      object: 'model',
      created: 1_767_225_600,
      owned_by: 'openai',
      available: false,
      reason: 'Set OPENAI_API_KEY in .env or the environment, and restart the gateway.',
      missing: 'OPENAI_API_KEY',
      simulated: false,
      discovered: false,
    },
    expect.objectContaining({ id: 'ollama/llama3.2', available: true, description: 'A local one' }),
    expect.objectContaining({ id: 'sim-sprint', owned_by: 'simulator', simulated: true }),
  ])
})

test('gives one model, its slash encoded or not', async () => {
  for (const name of ['ollama/llama3.2', 'ollama%2Fllama3.2']) {
    expect(await (await get(`/v1/models/${name}`)).json()).toMatchObject({ id: 'ollama/llama3.2' })
  }
  expect((await get('/v1/models/nope')).status).toBe(404)
})

test('says that it is well, and what it is', async () => {
  expect(await (await get('/health')).json()).toEqual({
    status: 'ok',
    models: { available: 2, unavailable: 1 },
  })
  expect(await (await get('/')).text()).toMatch(/gateway/)
})

const good = { model: 'ollama/llama3.2', messages }
const typed = { 'content-type': 'application/json' }
const refused: [
  what: string,
  status: number,
  code: string,
  names: RegExp,
  body: string,
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
  [
    'an unknown model',
    404,
    'model_not_found',
    /"ollama\/llama3.2"/,
    JSON.stringify({ ...good, model: 'llama3' }),
  ],
  [
    'a slip of the finger',
    404,
    'model_not_found',
    /"sim-sprint"/,
    JSON.stringify({ ...good, model: 'sim-spritn' }),
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

test.each(refused)(
  '%s gets %i %s, and nothing goes upstream',
  async (_what, status, code, names, body, headers) => {
    const before = upstream.received.length
    const counted = await gateway.sample('gateway_requests_total', `status="${status}"`)
    const response = await get('/v1/chat/completions', { method: 'POST', headers: headers ?? typed, body })
    expect(response.status).toBe(status)
    const { error } = (await response.json()) as ErrorBody
    expect(error).toEqual({
      message: expect.stringMatching(names),
      type: status >= 500 ? 'server_error' : 'invalid_request_error',
      code,
      param: null,
    })
    expect(response.headers.get('x-gateway-request-id')).toMatch(/^req_\w{32}$/)
    expect(upstream.received.length).toBe(before)
    expect(await gateway.sample('gateway_requests_total', `status="${status}"`)).toBe(counted + 1)
  },
)

test('bytes that are no UTF-8 are no JSON', async () => {
  const response = await get('/v1/chat/completions', {
    method: 'POST',
    headers: typed,
    body: Buffer.from([0x22, 0xff, 0x22]),
  })
  expect(response.status).toBe(400)
})

test('a body that grows over the limit without having said so is refused too', async () => {
  const request = httpRequest(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers: typed })
  request.write(`{"x":"${'x'.repeat(1500)}`)
  request.end('"}')
  const [response] = await once(request, 'response')
  expect(response.statusCode).toBe(413)
  expect(JSON.parse(await text(response)).error.code).toBe('request_too_large')
})

test('a body that says beforehand that it is too large is refused before it is sent', async () => {
  const headers = { ...typed, 'content-length': '1001' }
  const request = httpRequest(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers })
  request.write('{')
  const [response] = await once(request, 'response')
  expect(response.statusCode).toBe(413)
  request.on('error', () => {}).destroy()
})

test('other addresses and methods are told what is here', async () => {
  const elsewhere = await get('/chat/completions', { method: 'POST' })
  expect(elsewhere.status).toBe(404)
  expect(((await elsewhere.json()) as ErrorBody).error.message).toMatch(/lack \/v1/)
  const wrong = await get('/v1/chat/completions')
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST'])
})

test('another name that leads to the loopback is turned away', async () => {
  const request = httpRequest(`${gateway.url}/v1/models`, { headers: { host: 'evil.example' } }).end()
  const [response] = await once(request, 'response')
  expect(response.statusCode).toBe(403)
  expect(JSON.parse(await text(response)).error.code).toBe('host_not_allowed')
})

test.each([
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['headers without end', `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(20_000)}`, 431],
])('%s is answered in the same form', async (_what, bytes, status) => {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
  socket.write(bytes)
  const answer = await text(socket)
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))).error.message).toMatch(/\w/)
})

test('metrics are on a port of their own', async () => {
  expect((await get('/metrics')).status).toBe(404)
  const metrics = await fetch(gateway.metricsUrl)
  expect(metrics.headers.get('content-type')).toMatch('text/plain')
  expect((await fetch(gateway.metricsUrl.replace('/metrics', '/'))).status).toBe(404)
})
