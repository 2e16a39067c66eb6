/**
 * Callers of `POST /v1/messages` get errors in Anthropic's form, all others in OpenAI's, and all get the request id.
 */
import { describe, expect, test } from 'vitest'
import { head } from './testing/chunks.ts'
import { bearer, keyOf } from './testing/door.ts'
import { messages, type RunningGateway, startGateway } from './testing/gateway.ts'
import { claude } from './testing/native.ts'
import { useOpened } from './testing/opened.ts'
import { type Answering, json, startUpstream, stream, type Upstream } from './testing/upstream.ts'

const opened = useOpened()

async function start(answer: Answering): Promise<{ upstream: Upstream; gateway: RunningGateway }> {
  const upstream = await startUpstream(answer)
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: 'key-ours' }
  const gateway = await startGateway({
    models: [
      { name: 'claude', provider: 'anthropic', params },
      { name: 'gpt', provider: 'custom', params },
      { name: 'keyless', provider: 'anthropic' },
    ],
    policies: {
      timeouts: { idleMs: 50 },
      bodyBytesMax: 2000,
      apiKeys: { mode: 'strict', keys: [keyOf('all'), keyOf('few', { allowedModels: ['gpt'] })] },
      rateLimits: [{ per: ['model'], requestsPerMinute: 60, burst: 2 }],
    },
  })
  opened.push(upstream, gateway)
  return { upstream, gateway }
}

const wellFormed = { model: 'claude', max_tokens: 9, messages }

function post(
  { url }: RunningGateway,
  body: unknown,
  { path = '/v1/messages', key = 'key-of-all', ...headers }: Record<string, string> = {},
) {
  return fetch(url + path, {
    method: 'POST',
    headers: { ...bearer(key).headers, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

describe('an error of the gateway', () => {
  const refused: [
    type: string,
    status: number,
    words: RegExp,
    body: unknown,
    how?: Record<string, string>,
  ][] = [
    ['invalid_request_error', 400, /not JSON/, '{"model":'],
    ['invalid_request_error', 400, /`messages`/, { model: 'claude' }],
    ['invalid_request_error', 400, /speak anthropic's dialect/, { ...wellFormed, model: 'gpt' }],
    ['invalid_request_error', 415, /application\/json/, 'a', { 'content-type': 'text/plain' }],
    ['authentication_error', 401, /key/, wellFormed, { key: 'wrong' }],
    ['permission_error', 403, /not among the models of few/, wellFormed, { key: 'key-of-few' }],
    ['not_found_error', 404, /Did you mean "claude"/, { ...wellFormed, model: 'cluade' }],
    ['request_too_large', 413, /2000 bytes/, { ...wellFormed, x: 'x'.repeat(3000) }],
    ['overloaded_error', 503, /ANTHROPIC_API_KEY/, { ...wellFormed, model: 'keyless' }],
  ]
  test.each(refused)('%s with status %i', async (type, status, words, body, how) => {
    const { upstream, gateway } = await start(() => {})
    const response = await post(gateway, body, how)
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type, message: expect.stringMatching(words) },
      request_id: response.headers.get('x-gateway-request-id'),
    })
    expect(upstream.received).toEqual([])
  })

  test('a limit that is reached, with its hint', async () => {
    const { gateway } = await start((response) => void response.writeHead(400).end('{}'))
    const statuses: number[] = []
    for (let call = 0; call < 2; call++) statuses.push((await post(gateway, wellFormed)).status)
    const response = await post(gateway, wellFormed)
    expect([...statuses, response.status]).toEqual([400, 400, 429])
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } })
  })

  test('a method that is not for this address', async () => {
    const { gateway } = await start(() => {})
    const response = await fetch(`${gateway.url}/v1/messages`)
    expect(response.status).toBe(405)
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
  })
})

describe('a refusal of a provider', () => {
  test('is passed on as it came where it has the form', async () => {
    const body = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"x":1}'
    const { gateway } = await start((response) => void response.writeHead(529).end(body))
    const response = await post(gateway, wellFormed)
    expect([response.status, await response.text()]).toEqual([529, body])
  })

  test.each([
    ['a page', '<html><title>Bad Gateway</title>', /Bad Gateway/],
    ['OpenAI’s form', '{"error":{"message":"No credits","code":"x"}}', /No credits/],
  ])('is put into it where it has not: %s', async (_what, body, words) => {
    const { gateway } = await start((response) => void response.writeHead(502).end(body))
    const response = await post(gateway, wellFormed)
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: { type: 'api_error', message: expect.stringMatching(words) },
    })
  })
})

describe('inside a stream', () => {
  const begin = claude.start + claude.text
  test.each([
    ['cut', stream([begin]), /incomplete/, 'api_error'],
    [
      'stalled',
      ((response) =>
        void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(begin)) as Answering,
      /fell silent/,
      'timeout_error',
    ],
  ])('%s: an event of the name that Anthropic’s clients listen to', async (_what, answer, words, type) => {
    const { gateway } = await start(answer)
    const response = await post(gateway, { ...wellFormed, stream: true })
    const text = await response.text()
    expect(text.startsWith(begin)).toBe(true)
    const [, data] = /^event: error\ndata: (.*)\n\n$/.exec(text.slice(begin.length)) ?? []
    expect(JSON.parse(data!)).toEqual({
      type: 'error',
      error: { type, message: expect.stringMatching(words) },
      request_id: response.headers.get('x-gateway-request-id'),
    })
  })
})

test('inside a stream of /v1/responses an error is an event of its own number, and the envelope too', async () => {
  const event = (type: string, sequence_number: number, more: object = {}) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...more })}\n\n`
  const begin =
    event('response.created', 0, { response: { id: 'resp_1', model: 'gpt' } }) +
    event('response.output_text.delta', 1, { delta: 'hello' })
  const upstream = await startUpstream(stream([begin]))
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: 'key-ours' }
  const gateway = await startGateway({ models: [{ name: 'gpt', provider: 'openai', params }] })
  opened.push(upstream, gateway)
  const response = await post(gateway, { model: 'gpt', input: 'x', stream: true }, { path: '/v1/responses' })
  const text = await response.text()
  expect(text.startsWith(begin)).toBe(true)
  const [, data] = /^event: error\ndata: (.*)\n\n$/.exec(text.slice(begin.length)) ?? []
  const told = { code: 'stream_cut', message: expect.stringContaining('incomplete'), param: null }
  expect(JSON.parse(data!)).toEqual({
    ...{ type: 'error', sequence_number: 2, ...told },
    error: { ...told, type: 'server_error' },
  })
})

test.each([
  ['error', { code: 'server_error', message: 'Broken', param: null }],
  ['response.failed', { response: { id: 'resp_1', error: { code: 'server_error', message: 'Broken' } } }],
  ['response.failed', { response: { id: 'resp_1', error: null } }],
])('inside a stream of /v1/responses %s is an error of the provider’s: %j', async (type, more) => {
  const sent = ['response.output_text.delta', type].map(
    (name) => `data: ${JSON.stringify({ type: name, delta: 'hello', ...more })}\n\n`,
  )
  const { gateway } = await start(stream(sent))
  await (await post(gateway, { model: 'gpt', input: 'x', stream: true }, { path: '/v1/responses' })).text()
  await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ outcome: 'stream_error' })
})

describe('the id by which a call is found', () => {
  const idsOf = ({ headers }: Response) => [
    headers.get('x-gateway-request-id'),
    headers.get('x-request-id'),
    headers.get('request-id'),
  ]
  const ours = expect.stringMatching(/^req_\w{32}$/)

  test('is in the header that each client reads, on good answers and bad ones', async () => {
    const { gateway } = await start(json({ ...head, choices: [{ message: { content: 'a' } }] }))
    const chat = { model: 'gpt', messages }
    const good = idsOf(await post(gateway, chat, { path: '/v1/chat/completions' }))
    expect(good).toEqual([ours, good[0], null])
    const bad = idsOf(await post(gateway, '{', { path: '/v1/chat/completions' }))
    expect(bad).toEqual([ours, bad[0], null])
    const ofAnthropic = idsOf(await post(gateway, '{'))
    expect(ofAnthropic).toEqual([ours, null, ofAnthropic[0]])
    const list = idsOf(await fetch(`${gateway.url}/v1/models`, bearer('key-of-all')))
    expect(list).toEqual([ours, list[0], null])
  })

  test('does not replace the provider’s own id', async () => {
    const { gateway } = await start((response) => {
      response.writeHead(400, { 'x-request-id': 'theirs' }).end('{"error":{"message":"no"}}')
    })
    const response = await post(gateway, { model: 'gpt', messages }, { path: '/v1/chat/completions' })
    expect(idsOf(response)).toEqual([ours, 'theirs', null])
  })
})

test('clients are told not to retry what would end the same way', async () => {
  const { gateway } = await start(() => {})
  const shouldRetry = async (body: object) =>
    (await post(gateway, body, { path: '/v1/chat/completions' })).headers.get('x-should-retry')
  expect(await shouldRetry({ model: 'keyless', messages })).toBe('false')
  gateway.reload({
    models: [{ name: 'gpt', provider: 'custom', params: { baseUrl: 'http://127.0.0.1:9/v1' } }],
  })
  expect(await shouldRetry({ model: 'gpt', messages })).toBeNull()
  const silent = await startUpstream(() => {})
  opened.push(silent)
  gateway.reload({
    models: [{ name: 'gpt', provider: 'custom', params: { baseUrl: `${silent.url}/v1` } }],
    policies: { timeouts: { totalMs: 50 } },
  })
  expect(await shouldRetry({ model: 'gpt', messages })).toBe('false')
})

describe('the models list in Anthropic’s form', () => {
  const asAnthropic = { headers: { 'anthropic-version': '2023-06-01', 'x-api-key': 'key-of-all' } }
  const claudeItem = {
    ...{ type: 'model', id: 'claude', display_name: 'claude' },
    created_at: '2026-01-01T00:00:00.000Z',
  }

  test('holds the models that can be called in that form', async () => {
    const { gateway } = await start(() => {})
    const list = await fetch(`${gateway.url}/v1/models`, asAnthropic)
    expect(await list.json()).toEqual({
      data: [claudeItem],
      ...{ has_more: false, first_id: 'claude', last_id: 'claude' },
    })
    expect(list.headers.get('request-id')).toMatch(/^req_/)
    const one = await fetch(`${gateway.url}/v1/models/claude`, asAnthropic)
    expect(await one.json()).toEqual(claudeItem)
  })

  test.each([
    ['gpt', /cannot be called in Anthropic's form/],
    ['cluade', /Did you mean "claude"/],
  ])('and no others: %s', async (name, words) => {
    const { gateway } = await start(() => {})
    const response = await fetch(`${gateway.url}/v1/models/${name}`, asAnthropic)
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type: 'not_found_error', message: expect.stringMatching(words) },
      request_id: response.headers.get('request-id'),
    })
  })

  test('holds a virtual model if one of its targets speaks the dialect', async () => {
    const { gateway } = await start(() => {})
    const targets = (model: string) => ({ priority: { targets: [{ model, priority: 1 }] } })
    gateway.reload({
      models: [
        { name: 'claude', provider: 'anthropic', params: { apiKey: 'key-ours' } },
        { name: 'gpt', provider: 'openai', params: { apiKey: 'key-ours' } },
      ],
      virtualModels: [
        { name: 'wise', routing: targets('claude') },
        { name: 'quick', routing: targets('gpt') },
      ],
    })
    const { data } = (await (await fetch(`${gateway.url}/v1/models`, asAnthropic)).json()) as {
      data: { id: string }[]
    }
    expect(data.map(({ id }) => id)).toEqual(['wise', 'claude'])
  })
})

test('every other endpoint keeps OpenAI’s form', async () => {
  const { gateway } = await start(() => {})
  for (const path of ['chat/completions', 'completions', 'embeddings', 'responses']) {
    const response = await post(gateway, '{', { path: `/v1/${path}` })
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_json', param: null } })
  }
})
