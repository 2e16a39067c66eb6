/** Callers of `POST /v1/messages` read errors in Anthropic's form, all others in OpenAI's. */
import { afterEach, describe, expect, test } from 'vitest'
import { bearer, keyOf } from './testing/door.ts'
import { messages, type RunningGateway, startGateway } from './testing/gateway.ts'
import { claude } from './testing/native.ts'
import { type Answering, startUpstream, stream, type Upstream } from './testing/upstream.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

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

describe('the gateway’s own no', () => {
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

describe('a provider’s no', () => {
  test('passes as it came where it has the form', async () => {
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

test('every other endpoint keeps OpenAI’s form', async () => {
  const { gateway } = await start(() => {})
  for (const path of ['chat/completions', 'completions', 'embeddings', 'responses']) {
    const response = await post(gateway, '{', { path: `/v1/${path}` })
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_json', param: null } })
  }
})
