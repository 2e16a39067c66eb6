import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ErrorBody, type RunningGateway, startGateway } from './testing/gateway.ts'
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
    { variables: { SIMULATOR_URL: upstream.url } },
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

test('says that it is healthy, and what it is', async () => {
  expect(await (await get('/health')).json()).toEqual({
    status: 'ok',
    models: { available: 2, unavailable: 1 },
  })
  expect(await (await get('/')).text()).toMatch(/gateway/)
})

test.each([
  ['/chat/completions', '/v1/chat/completions', 'OpenAI'],
  ['/v1/v1/chat/completions', '/v1/chat/completions', 'OpenAI'],
  ['//v1//chat/completions/', '/v1/chat/completions', 'OpenAI'],
  ['/v1/embeddings/', '/v1/embeddings', 'OpenAI'],
  ['/models', '/v1/models', 'OpenAI'],
  ['/v1/v1/messages', '/v1/messages', 'Anthropic'],
])('%s is told where it meant to go', async (path, meant, client) => {
  const response = await get(path, { method: 'POST' })
  expect(response.status).toBe(404)
  const { error } = (await response.json()) as ErrorBody
  expect(error.message).toMatch(new RegExp(`Did you mean ${meant}\\? .*${client} client`))
})

test.each([
  ['/messages', /mean \/v1\/messages\? Your base URL lacks \/v1: the Vercel AI SDK/],
  ['/messages/count_tokens', /mean \/v1\/messages\/count_tokens\? Your base URL lacks \/v1/],
  [
    '/v1/images/generations',
    /This gateway serves POST \/v1\/chat\/completions, .*\/v1\/messages.* GET \/v1\/models\.$/,
  ],
  ['/v1beta/models/gemini-2.5-flash:generateContent', /Google's own API is not served/],
  ['/v1/models/gemini-2.5-flash:streamGenerateContent?alt=sse', /call Gemini models through \/v1\/chat/],
  ['/v1/models/gemini-2.5-flash:countTokens', /Google's own API/],
  ['/v1beta/models/gemini-embedding-001:batchEmbedContents', /Google's own API/],
  ['/v1/responses/resp_1/cancel', /Stored responses are not served: ask the provider itself\.$/],
  ['/v1/conversations', /Stored responses are not served/],
  ['/v1/responses/input_tokens', /This gateway serves POST/],
  ['/v1/responses/compact', /This gateway serves POST/],
  [
    '/openai/deployments/gpt-4o/chat/completions',
    /plain OpenAI client, with a base URL that ends in \/v1\.$/,
  ],
  ['/openai/v1/responses', /plain OpenAI client/],
  ['/metrics', /port of their own: GATEWAY_METRICS_PORT/],
  ['/admin/budget', /`isAdmin` there are GET \/admin\/callers, .*\/admin\/budgets/],
])('%s is told what is served instead', async (path, words) => {
  const response = await get(path, { method: 'POST' })
  expect(response.status).toBe(404)
  expect(((await response.json()) as ErrorBody).error.message).toMatch(words)
})

test.each(['/v1/models', '/v1beta/models/gpt-4o-mini', '/v1/interactions'])(
  'a client of Google’s is told at %s too that its API is not served',
  async (path) => {
    const response = await get(path, {
      headers: { 'x-goog-api-client': 'google-genai-sdk/3.4.0 gl-python/3.11.7' },
    })
    expect(response.status).toBe(404)
    expect(((await response.json()) as ErrorBody).error.message).toMatch(/Google's own API is not served/)
  },
)

test('a stored response is not there to be read', async () => {
  const response = await get('/v1/responses/resp_1')
  expect(response.status).toBe(404)
  expect(((await response.json()) as ErrorBody).error.message).toMatch(/Stored responses/)
})

test.each([
  ['a page', 405, '/v1/chat/completions', 'OPTIONS', { origin: 'https://page.example' }, /\(CORS\)/],
  ['a page', 405, '/v1/models', 'OPTIONS', { origin: 'https://page.example' }, /\(CORS\)/],
  ['a page', 404, '/chat', 'OPTIONS', { origin: 'https://page.example' }, /\(CORS\)/],
  ['a websocket', 404, '/v1/realtime', 'GET', { connection: 'Upgrade', upgrade: 'websocket' }, /use HTTP/],
  ['a websocket', 405, '/v1/responses', 'GET', { connection: 'Upgrade', upgrade: 'WebSocket' }, /use HTTP/],
] as const)('%s gets %i at %s, and the reason', async (_who, status, path, method, headers, words) => {
  const [response] = await once(httpRequest(gateway.url + path, { method, headers }).end(), 'response')
  expect(response.statusCode).toBe(status)
  expect(JSON.parse(await text(response)).error.message).toMatch(words)
})

test('a wrong method is refused before its model is looked up', async () => {
  const response = await get('/v1/models/nope', { method: 'DELETE' })
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET'])
})

test('the answer to a wrong method names the right one', async () => {
  const wrong = await get('/v1/chat/completions')
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST'])
})

test.each(['/health', '/ready', '/'])('addresses that are only read refuse POST %s', async (path) => {
  const wrong = await get(path, { method: 'POST' })
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET'])
})

test.each(['/metrics', '/ready'])('the metrics port refuses POST %s too', async (path) => {
  const at = new URL(path, gateway.metricsUrl)
  for (const method of ['POST', 'DELETE', 'OPTIONS']) {
    const wrong = await fetch(at, { method })
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET'])
    expect(await wrong.json()).toMatchObject({ error: { code: 'method_not_allowed' } })
  }
  expect((await fetch(at, { method: 'HEAD' })).status).toBe(200)
})

test('who wants a tunnel through the port of the metrics is told that there is none', async () => {
  const { hostname, port } = new URL(gateway.metricsUrl)
  const socket = connect(Number(port), hostname)
  socket.write('CONNECT api.openai.com:443 HTTP/1.1\r\n\r\n')
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 405 .*"method_not_allowed"/s)
})

async function callAs(host: string) {
  const request = httpRequest(`${gateway.url}/v1/models`, { headers: { host } }).end()
  const [response] = await once(request, 'response')
  return { status: response.statusCode, body: JSON.parse(await text(response)) }
}

// An IPv6 address must be in brackets (RFC 3986): otherwise it is not clear where its port begins.
test.each(['evil.example', '::1', '::1:4000', '[::1', '[::1]4000', '127.0.0.1:4000:1', '127.0.0.1:x'])(
  'another name that leads to the loopback is turned away: %s',
  async (host) => {
    expect(await callAs(host)).toMatchObject({ status: 403, body: { error: { code: 'host_not_allowed' } } })
  },
)

test.each(['[::1]', '[::1]:4000', '127.0.0.1', '127.8.9.1:4000', 'LocalHost:4000', 'localhost:'])(
  'the loopback is taken by any of its own names: %s',
  async (host) => expect((await callAs(host)).status).toBe(200),
)

test('a request line can hold the whole URL', async () => {
  const { hostname, port, host } = new URL(gateway.url)
  const path = `http://${host}/v1/models/gpt-4o-mini`
  const [response] = await once(httpRequest({ hostname, port, path }).end(), 'response')
  expect(JSON.parse(await text(response))).toMatchObject({ id: 'gpt-4o-mini' })
})

test('metrics are on a port of their own', async () => {
  expect((await get('/metrics')).status).toBe(404)
  const metrics = await fetch(gateway.metricsUrl)
  expect(metrics.headers.get('content-type')).toMatch('text/plain')
  expect((await fetch(gateway.metricsUrl.replace('/metrics', '/'))).status).toBe(404)
})

test.each(['', '?x=1'])('a whole URL without a path, as in http://host%s, means the root', async (query) => {
  const { hostname, port, host } = new URL(gateway.url)
  const [response] = await once(
    httpRequest({ hostname, port, path: `http://${host}${query}` }).end(),
    'response',
  )
  expect([response.statusCode, await text(response)]).toEqual([200, expect.stringContaining('GET /health')])
})
