/** Endpoints besides chat: requests and answers pass unchanged, and are booked all the same. */
import { describe, expect, test } from 'vitest'
import { cutBytes, done, event } from './testing/chunks.ts'
import { type ErrorBody, messages, startGateway } from './testing/gateway.ts'
import { claude } from './testing/native.ts'
import { useOpened } from './testing/opened.ts'
import { type Answering, json, startUpstream, stream } from './testing/upstream.ts'

const opened = useOpened()

async function start(answer: Answering, policies: object = {}) {
  const upstream = await startUpstream(answer)
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: 'key-ours', model: 'real-name' }
  const gateway = await startGateway({
    models: [
      { name: 'gpt', provider: 'openai', params },
      { name: 'claude', provider: 'anthropic', params },
    ],
    policies,
  })
  opened.push(upstream, gateway)
  const own = { 'content-type': 'application/json', 'x-gateway-report': '1', 'x-api-key': 'callers-own' }
  const post = (path: string, body: unknown, signal?: AbortSignal, headers: object = {}) =>
    fetch(gateway.url + path, {
      method: 'POST',
      headers: { ...own, ...headers },
      body: JSON.stringify(body),
      signal: signal ?? null,
    })
  return { upstream, gateway, post }
}

const typed = (data: { type: string } & Record<string, unknown>) => `event: ${data.type}\n${event(data)}`
const of = (more: object) => ({ response: { id: 'resp_1', model: 'gpt-5', ...more } })
const counted = { input_tokens: 30, input_tokens_details: { cached_tokens: 20 }, output_tokens: 9 }
const text = (words: string, more: object = {}) =>
  event({
    id: 'cmpl-1',
    object: 'text_completion',
    choices: [{ text: words, index: 0, finish_reason: null, ...more }],
  })

interface Passed {
  path: string
  model: string
  asked: object
  begin: string
  end: string
  failure: string
  whole: object
  tokens: [input: number, output: number]
}

const passed: Passed[] = [
  {
    path: '/v1/responses',
    model: 'gpt',
    asked: { input: 'Hi' },
    begin:
      typed({ type: 'response.created', ...of({ status: 'in_progress' }) }) +
      typed({ type: 'response.output_text.delta', delta: 'grüß 你好', item_id: 'm', sequence_number: 2 }),
    end: typed({ type: 'response.completed', ...of({ status: 'completed', usage: counted }) }),
    failure: typed({
      type: 'response.failed',
      ...of({ error: { code: 'server_error', message: 'Broken' } }),
    }),
    whole: { object: 'response', ...of({}).response, output: [], error: null, usage: counted },
    tokens: [30, 9],
  },
  {
    path: '/v1/messages',
    model: 'claude',
    asked: { messages, max_tokens: 9 },
    begin: claude.start + claude.ping + claude.text,
    end: claude.stop('end_turn'),
    failure: claude.overloaded,
    whole: {
      type: 'message',
      content: [],
      id: 'msg_1',
      model: 'claude-sonnet-4-5',
      usage: {
        input_tokens: 5,
        cache_read_input_tokens: 20,
        cache_creation_input_tokens: 10,
        output_tokens: 9,
      },
    },
    tokens: [35, 9],
  },
  {
    path: '/v1/completions',
    model: 'gpt',
    asked: { prompt: 'Hi', stream_options: { include_usage: true } },
    begin: text('grüß 你好'),
    end:
      text('', { finish_reason: 'stop' }) +
      event({ choices: [], usage: { prompt_tokens: 30, completion_tokens: 9, total_tokens: 39 } }) +
      done,
    failure: event({ error: { message: 'Broken' } }),
    whole: {
      choices: [{ text: 'a', finish_reason: 'stop' }],
      usage: { prompt_tokens: 30, completion_tokens: 9, total_tokens: 39 },
    },
    tokens: [30, 9],
  },
]

describe.each(passed)('$path', ({ path, model, asked, begin, end, failure, whole, tokens }) => {
  const [inputTokens, outputTokens] = tokens

  test.each(['whole', 'bytes', 'slices'] as const)('streams byte for byte, cut in %s', async (cut) => {
    const { upstream, gateway, post } = await start(stream(cutBytes(Buffer.from(begin + end), cut)))
    const response = await post(path, { model, stream: true, ...asked })
    expect(await response.text()).toBe(begin + end)
    expect(upstream.received[0]!.url).toBe(path)
    expect(JSON.parse(upstream.received[0]!.body)).toEqual({ model: 'real-name', stream: true, ...asked })
    expect(gateway.logs.at(-1)).toMatchObject({ outcome: 'ok', inputTokens, outputTokens })
    expect(gateway.logs.at(-1)!.ttftMs).toBeGreaterThan(0)
  })

  test('answers whole byte for byte', async () => {
    const { gateway, post } = await start(json(whole))
    for (const isStream of [false, true]) {
      const response = await post(path, { model, ...asked, stream: isStream })
      expect(await response.text()).toBe(JSON.stringify(whole))
      expect(gateway.logs.at(-1)).toMatchObject({ outcome: 'ok', inputTokens, outputTokens })
    }
  })

  test.each([
    ['cut in the middle', '', 'stream_cut'],
    ['broken in the middle', `data: {"half\n\n${end}`, 'malformed_stream'],
  ])('%s: an error at its end, and no success on the books', async (_how, rest, code) => {
    const { gateway, post } = await start(stream([begin + rest]))
    const answer = await (await post(path, { model, stream: true, ...asked })).text()
    expect(answer.startsWith(begin)).toBe(true)
    expect(answer.slice(begin.length)).toMatch(
      path === '/v1/completions'
        ? new RegExp(`^data: \\{"error":.*"code":"${code}".*\\}\n\n$`)
        : /^event: error\ndata: \{"type":"error",.*incomplete.*\}\n\n$/,
    )
    expect(gateway.logs.at(-1)).toMatchObject({ outcome: code })
  })

  test('an error in the middle is passed on as it came, and the call failed', async () => {
    const { gateway, post } = await start(stream([begin, failure]))
    expect(await (await post(path, { model, stream: true, ...asked })).text()).toBe(begin + failure)
    expect(gateway.logs.at(-1)).toMatchObject({ outcome: 'stream_error' })
  })

  test('is aborted when the caller leaves', async () => {
    const { upstream, post } = await start((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(begin)
    })
    const leaving = new AbortController()
    const response = await post(path, { model, stream: true, ...asked }, leaving.signal)
    await response.body!.getReader().read()
    leaving.abort()
    await upstream.received[0]!.cutOff
  })

  test('is refused for a model of another dialect, and nothing goes up', async () => {
    const { upstream, post } = await start(json(whole))
    const response = await post(path, { ...asked, model: model === 'gpt' ? 'claude' : 'gpt' })
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as ErrorBody
    expect(error.message).toContain(`${path} is passed through only to models that speak`)
    expect(upstream.received).toEqual([])
  })
})

test.each([
  [
    '/v1/completions',
    { model: 'claude', prompt: 'a' },
    'does not: use /v1/chat/completions, or name another model.',
  ],
  ['/v1/embeddings', { model: 'claude', input: 'a' }, 'does not: name another model.'],
  ['/v1/messages/count_tokens', { model: 'gpt', messages }, 'does not: name another model.'],
])(
  'the refusal of a wrong model on %s advises chat only where chat can do the same',
  async (path, body, advice) => {
    const { post } = await start(json({}))
    const { error } = (await (await post(path, body)).json()) as ErrorBody
    expect(error.message).toContain(advice)
  },
)

test('a response in the background is refused: nobody could fetch it here', async () => {
  const { upstream, post } = await start(json({ id: 'resp_1', status: 'queued', output: [] }))
  const asked = { model: 'gpt', input: 'Hi' }
  const response = await post('/v1/responses', { ...asked, background: true })
  expect(response.status).toBe(400)
  expect(((await response.json()) as ErrorBody).error).toMatchObject({
    code: 'not_carried',
    message: expect.stringContaining('`background` cannot be carried'),
  })
  expect(upstream.received).toEqual([])
  expect((await post('/v1/responses', { ...asked, background: false })).status).toBe(200)
})

const fromClient = { 'anthropic-version': '2026-10-21', 'anthropic-user-profile-id': 'uprof_1' }
test.each([{}, fromClient])(
  'messages are sent with the gateway’s key and their headers: %j',
  async (said) => {
    const { upstream, post } = await start(json({ type: 'error', error: { type: 'x', message: 'No' } }, 400))
    const response = await post('/v1/messages', { model: 'claude', messages }, undefined, said)
    const sent = { 'x-api-key': 'key-ours', 'anthropic-version': '2023-06-01', ...said }
    expect(upstream.received[0]!.headers).toMatchObject(sent)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ type: 'error', error: { type: 'x', message: 'No' } })
  },
)

test('completions ask for the usage that the books need, and hide it from callers that did not ask', async () => {
  const usage = event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } })
  const rest = text('a', { finish_reason: 'stop' })
  const { upstream, gateway, post } = await start(stream([rest, usage, done]))
  const answer = await (await post('/v1/completions', { model: 'gpt', prompt: 'Hi', stream: true })).text()
  expect(answer).toBe(rest + done)
  expect(JSON.parse(upstream.received[0]!.body).stream_options).toEqual({ include_usage: true })
  expect(gateway.logs.at(-1)).toMatchObject({ inputTokens: 3, outputTokens: 2 })
})

test('a call of a tool is a token too', async () => {
  for (const [path, model, piece, asked] of [
    [
      '/v1/responses',
      'gpt',
      typed({ type: 'response.function_call_arguments.delta', delta: '{' }),
      { input: 'a' },
    ],
    ['/v1/messages', 'claude', claude.start + claude.tools, { messages }],
  ] as const) {
    const { gateway, post } = await start(stream([piece]))
    await (await post(path, { model, stream: true, ...asked })).text()
    expect(gateway.logs.at(-1)!.ttftMs).toBeGreaterThan(0)
  }
})

const ten = 'x'.repeat(40)
const five = 'x'.repeat(20)
const asking = [{ role: 'user', content: five }]
const tool = { name: 'y', description: 'x'.repeat(19) }

test.each([
  ['/v1/messages', 'claude', { system: five, messages: asking }],
  ['/v1/messages', 'claude', { tools: [tool], messages: asking }],
  [
    '/v1/messages',
    'claude',
    { messages: [{ role: 'user', content: [{ type: 'tool_result', content: ten }] }] },
  ],
  ['/v1/responses', 'gpt', { instructions: ten }],
  ['/v1/embeddings', 'gpt', { input: [ten] }],
  ['/v1/completions', 'gpt', { prompt: [ten] }],
  ['/v1/chat/completions', 'gpt', { tools: [{ type: 'function', function: tool }], messages: asking }],
])(
  'a caller of %s who leaves has paid for the prompt, in whichever member it is: %s, %j',
  async (path, model, asked) => {
    const { upstream, gateway, post } = await start(() => {})
    const leaving = new AbortController()
    const arrives = upstream.next()
    const left = post(path, { model, ...asked }, leaving.signal)
    await arrives
    leaving.abort()
    await expect(left).rejects.toThrow()
    await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ outcome: 'caller_left', inputTokens: 10 })
  },
)

describe('/v1/messages/count_tokens', () => {
  const path = '/v1/messages/count_tokens'
  const counted = '{"input_tokens": 42}'
  const ask = { model: 'claude', messages, stream: true }

  test('passes as it came, and is booked as a call that cost nothing', async () => {
    const { upstream, gateway, post } = await start(json(counted))
    const response = await post(`${path}?beta=true`, ask)
    expect([response.status, await response.text()]).toEqual([200, counted])
    expect(upstream.received[0]).toMatchObject({
      url: path,
      headers: { 'x-api-key': 'key-ours', 'anthropic-version': '2023-06-01' },
    })
    expect(JSON.parse(upstream.received[0]!.body)).toEqual({ ...ask, model: 'real-name' })
    // There is no price for `real-name`, and none is needed.
    expect(gateway.logs.at(-1)).toMatchObject({
      ...{ outcome: 'ok', stream: false, ttftMs: null },
      ...{ inputTokens: 0, outputTokens: 0, costUsd: 0 },
    })
    expect(
      await gateway.sample(
        'gen_ai_server_request_duration_seconds_count',
        'gen_ai_operation_name="count_tokens"',
      ),
    ).toBe(1)
  })

  test('costs nothing when the caller leaves either', async () => {
    const { upstream, gateway, post } = await start(() => {})
    const leaving = new AbortController()
    const arrives = upstream.next()
    const left = post(path, ask, leaving.signal)
    const { cutOff } = await arrives
    leaving.abort()
    await expect(left).rejects.toThrow()
    await cutOff
    await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ inputTokens: 0, costUsd: 0 })
  })

  test('does not count in the latency that routing uses', async () => {
    const { gateway, post } = await start(json(counted))
    await post(path, ask)
    const times = () =>
      gateway.gateway
        .targets()
        .map(({ routingMs }) => routingMs.firstToken !== null || routingMs.answer !== null)
    expect(times()).not.toContain(true)
    await post('/v1/messages', { ...ask, stream: false })
    expect(times()).toContain(true)
  })

  test('counts as a request in a limit, but uses none of its tokens', async () => {
    const rateLimits = [{ per: ['model'], requestsPerMinute: 2, tokensPerMinute: 1 }]
    const { post } = await start(json(counted), { rateLimits })
    const statuses = [await post(path, ask), await post(path, ask), await post(path, ask)]
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429])
  })

  test('has no text that a guardrail for answers would have to check', async () => {
    const guardrails = [{ name: 'mail', on: ['response'], action: 'mask', match: { detector: 'email' } }]
    const { post } = await start(json(counted), { guardrails })
    expect((await post(path, ask)).status).toBe(200)
    expect((await post('/v1/messages', ask)).status).toBe(400)
  })

  test('is refused in the words of its dialect for a model of another', async () => {
    const { upstream, post } = await start(json(counted))
    const response = await post(path, { ...ask, model: 'gpt' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
    expect(upstream.received).toEqual([])
  })
})
