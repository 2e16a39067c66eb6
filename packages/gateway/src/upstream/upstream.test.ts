import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { done, finish, token } from '../testing/chunks.ts'
import { type ErrorBody, messages, oneModel, type RunningGateway, startGateway } from '../testing/gateway.ts'
import { useOpened } from '../testing/opened.ts'
import { type Answering, json, startUpstream, stream, type Upstream } from '../testing/upstream.ts'

const opened = useOpened()

async function start(
  answer: Answering,
  more: object = {},
): Promise<{ upstream: Upstream; gateway: RunningGateway }> {
  const upstream = await startUpstream(answer)
  const gateway = await startGateway(oneModel(upstream.url, more))
  opened.push(upstream, gateway)
  return { upstream, gateway }
}

const streaming = { model: 'm', messages, stream: true }
const whole = { model: 'm', messages }
const silent: Answering = () => {}
const answer = { choices: [{ message: { content: 'a' }, finish_reason: 'stop' }] }

const errorOf = async (response: Response) => ((await response.json()) as ErrorBody).error

test('the request is passed on as it came, with only the model replaced and usage asked for', async () => {
  const upstream = await startUpstream(json(answer))
  const gateway = await startGateway(
    oneModel(upstream.url, { params: { baseUrl: `${upstream.url}/v1`, model: 'real-name' } }),
  )
  opened.push(upstream, gateway)
  const body = '{ "model" : "m", "seed":12345678901234567890, "messages":[{"content":"\\u00e9"}] }'
  await gateway.chat(body)
  await gateway.chat(body.replace('"seed"', '"stream":true, "seed"'))
  expect(upstream.received.map((request) => request.body)).toEqual([
    body.replace('"m"', '"real-name"'),
    body
      .replace('"m"', '"real-name"')
      .replace('{', '{"stream_options":{"include_usage":true},')
      .replace('"seed"', '"stream":true, "seed"'),
  ])
  expect(upstream.received[0]).toMatchObject({ method: 'POST', url: '/v1/chat/completions' })
})

test('no credential and no hop-by-hop header of the caller is passed on; features and traces are', async () => {
  const { upstream, gateway } = await start(json(answer))
  await gateway.chat(whole, {
    headers: {
      authorization: 'Bearer callers-own',
      cookie: 'session=1',
      'x-api-key': 'callers-own',
      'proxy-authorization': 'Basic x',
      'x-forwarded-for': '10.0.0.1',
      'openai-beta': 'assistants=v2',
      traceparent: '00-1-2-01',
    },
  })
  const { headers } = upstream.received[0]!
  expect(JSON.stringify(headers)).not.toMatch(/callers-own|session|10\.0\.0\.1|Basic/)
  expect(headers).toMatchObject({ 'openai-beta': 'assistants=v2', traceparent: '00-1-2-01' })
  expect(headers['accept-encoding']).toBe('identity')
})

test.each([
  ['openai', 'authorization', 'Bearer sk-ours'],
  ['azure', 'api-key', 'sk-ours'],
])('%s gets its key in %s', async (provider, header, value) => {
  const upstream = await startUpstream(json(answer))
  const params = { baseUrl: `${upstream.url}/openai/v1?api-version=1`, apiKey: '$KEY' }
  const gateway = await startGateway(
    { models: [{ name: 'm', provider, params }] },
    { variables: { KEY: ' sk-ours\n' } },
  )
  opened.push(upstream, gateway)
  await gateway.chat(whole)
  expect(upstream.received[0]!.headers[header]).toBe(value)
  expect(upstream.received[0]!.url).toBe('/openai/v1/chat/completions?api-version=1')
})

test('`params.headers` are sent with every request, instead of the caller’s, and no refusal repeats their secrets', async () => {
  const upstream = await startUpstream((response, request) => {
    const message = `no project for ${request.headers.authorization}`
    return json({ error: { message } }, 400)(response, request)
  })
  const headers = {
    'OpenAI-Project': 'proj_1',
    Authorization: 'Token $TOKEN',
    'user-agent': 'our-house/1',
    'X-Title': 'ours',
  }
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: 'unused', headers }
  const gateway = await startGateway(
    { models: [{ name: 'm', provider: 'custom', params }] },
    { variables: { TOKEN: 'tok-of-our-house' } },
  )
  opened.push(upstream, gateway)
  const response = await gateway.chat(whole, { headers: { 'x-title': 'theirs', 'openai-project': 'theirs' } })
  expect(upstream.received[0]!.headers).toMatchObject({
    'openai-project': 'proj_1',
    authorization: 'Token tok-of-our-house',
    'user-agent': 'our-house/1',
    'x-title': 'ours',
    'content-type': 'application/json',
  })
  expect(await response.json()).toMatchObject({ error: { message: 'no project for Token [key]' } })
})

test('no cookie of the provider is passed on; its limits and ids are', async () => {
  const headers = {
    'set-cookie': 'track=1',
    server: 'cloudflare',
    'x-request-id': 'up-1',
    'x-ratelimit-remaining-tokens': '5',
    'openai-processing-ms': '12',
  }
  const { gateway } = await start((response, request) =>
    request.body.includes('"stream"')
      ? stream([token('a'), finish, done], headers)(response, request)
      : json(answer, 200, headers)(response, request),
  )
  for (const body of [whole, streaming]) {
    const response = await gateway.chat(body)
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(response.headers.get('server')).toBeNull()
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-request-id': 'up-1',
      'x-ratelimit-remaining-tokens': '5',
      'openai-processing-ms': '12',
      'x-gateway-target': 'm',
      'x-gateway-provider': 'custom',
      'x-gateway-model': body === whole ? 'm' : 'up-1',
      'x-gateway-attempts': '1',
    })
    await response.text()
  }
})

test.each([
  ['größer-2024', 'gr%C3%B6%C3%9Fer-2024'],
  ['模型', '%E6%A8%A1%E5%9E%8B'],
  ['💨 100%\r\n', '%F0%9F%92%A8 100%25%0D%0A'],
  [' up 1 ', '%20up 1%20'],
  ['org/up-1:free@2024?q="1"', 'org/up-1:free@2024?q="1"'],
])('the model that really answered is named, so that its name can be read back: %j', async (name, sent) => {
  const chunk = token('a').replace('"up-1"', JSON.stringify(name))
  const { gateway } = await start(stream([chunk, finish, done]))
  const header = (await gateway.chat(streaming)).headers.get('x-gateway-model')!
  expect(header).toBe(sent)
  expect(decodeURIComponent(header)).toBe(name)
})

test('a model name that is cut in the middle of a letter is still a valid header', async () => {
  const chunk = token('a').replace('"up-1"', JSON.stringify(`${'x'.repeat(199)}💨`))
  const { gateway } = await start(stream([chunk, finish, done]))
  const header = (await gateway.chat(streaming)).headers.get('x-gateway-model')!
  expect(decodeURIComponent(header)).toBe(`${'x'.repeat(199)}\ufffd`)
})

test('a caller that leaves in mid-stream closes the provider’s connection, and is one record', async () => {
  const { upstream, gateway } = await start((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(token('a'))
  })
  const leaving = new AbortController()
  const response = await gateway.chat(streaming, { signal: leaving.signal })
  await response.body!.getReader().read()
  leaving.abort()
  await upstream.received[0]!.cutOff
  expect(gateway.logs).toEqual([expect.objectContaining({ status: 499, outcome: 'caller_left' })])
  expect(gateway.logs[0]).not.toHaveProperty('tried')
  expect(await gateway.sample('gateway_in_flight_requests')).toBe(0)
})

test('a caller that leaves before anything came closes the provider’s connection too', async () => {
  const { upstream, gateway } = await start(silent)
  for (const body of [streaming, whole]) {
    const leaving = new AbortController()
    const arrived = upstream.next()
    const response = gateway.chat(body, { signal: leaving.signal }).catch(() => null)
    const { cutOff } = await arrived
    leaving.abort()
    await Promise.all([cutOff, response])
  }
})

test('a caller that leaves while its request is still on the way is one record', async () => {
  const { gateway } = await start(silent)
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
  socket.write(
    'POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
  )
  await expect.poll(() => gateway.sample('gateway_in_flight_requests')).toBe(1)
  socket.destroy()
  await expect.poll(() => gateway.sample('gateway_requests_total', '499')).toBe(1)
})

test.each(['127.0.0.1', 'localhost'])(
  'nothing listens there: says where, and what to look at: %s',
  async (host) => {
    const { gateway } = await start(silent, { params: { baseUrl: `http://${host}:1/v1` } })
    const response = await gateway.chat(streaming)
    expect(response.status).toBe(502)
    expect(await errorOf(response)).toMatchObject({
      code: 'upstream_unreachable',
      message: expect.stringContaining(`at http://${host}:1: nothing listens there. Is the server running?`),
    })
  },
)

test.each(['HTTPS_PROXY', 'https_proxy'])(
  'when a provider cannot be reached, the error says that the proxy in %s is not used',
  async (name) => {
    const params = { baseUrl: 'https://127.0.0.1:1/v1' }
    for (const [variables, isTold] of [
      [{ [name]: 'http://proxy:3128' }, true],
      [{}, false],
    ] as const) {
      const gateway = await startGateway(oneModel('', { params }), { variables })
      opened.push(gateway)
      const { code, message } = await errorOf(await gateway.chat(whole))
      expect([code, message.endsWith(` ${name} is set, but this gateway does not use it.`)]).toEqual([
        'upstream_unreachable',
        isTold,
      ])
    }
  },
)

test('a connection closed before the answer is told as such', async () => {
  const { gateway } = await start((response) => void response.destroy())
  const response = await gateway.chat(whole)
  expect(response.status).toBe(502)
  expect((await errorOf(response)).code).toBe('upstream_unreachable')
})

test.each([
  ['a stream', streaming, 'text/event-stream'],
  ['an answer', whole, 'application/json'],
])(
  '%s is asked for by name, and a status before that of the answer is not taken for it',
  async (_what, body, accept) => {
    const { upstream, gateway } = await start((response, request) => {
      response.writeProcessing()
      return (body === whole ? json(answer) : stream([token('a'), finish, done]))(response, request)
    })
    const response = await gateway.chat(body)
    await response.text()
    expect([response.status, upstream.received[0]!.headers.accept]).toEqual([200, accept])
  },
)
