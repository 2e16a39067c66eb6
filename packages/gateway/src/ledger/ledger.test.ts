import { afterEach, expect, test } from 'vitest'
import { delta, done, event, role, token } from '../testing/chunks.ts'
import { messages, type RunningGateway, type StartOptions, startGateway } from '../testing/gateway.ts'
import { useOpened } from '../testing/opened.ts'
import { useTwoTargets } from '../testing/two-targets.ts'
import { type Answering, json, startUpstream, stream } from '../testing/upstream.ts'
import type { Target } from '../upstream/target.ts'
import { createCostTable } from './cost.ts'

const startTwoTargets = useTwoTargets(afterEach)
const opened = useOpened()

async function start(
  answer: Answering,
  model: object = {},
  options: StartOptions = {},
): Promise<RunningGateway> {
  const upstream = await startUpstream(answer)
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-secret-key' }
  const gateway = await startGateway(
    { models: [{ name: 'm', provider: 'openai', params, ...model }] },
    options,
  )
  opened.push(upstream, gateway)
  return gateway
}

const usage = {
  prompt_tokens: 1000,
  completion_tokens: 500,
  prompt_tokens_details: { cached_tokens: 200 },
  completion_tokens_details: { reasoning_tokens: 100 },
}
const withUsage = (model: string) =>
  stream([
    role,
    token('a'),
    token('b'),
    event({ model, choices: [{ delta: {}, finish_reason: 'stop' }], usage }),
    done,
  ])
const streaming = { model: 'm', messages, stream: true }

async function call(gateway: RunningGateway, body: object = streaming, headers: Record<string, string> = {}) {
  const response = await gateway.chat(body, { headers })
  return { response, text: await response.text() }
}

test('a streamed call is counted once, under the names of the conventions', async () => {
  const gateway = await startInTwoReads(usage)
  const labels = [
    'gen_ai_operation_name="chat"',
    'gen_ai_provider_name="openai"',
    'gen_ai_request_model="m"',
    'gen_ai_response_model="up-1"',
  ]
  const tokens = (type: string) =>
    gateway.sample('gen_ai_client_token_usage_sum', `gen_ai_token_type="${type}"`, ...labels)
  expect(await tokens('input')).toBe(1000)
  expect(await tokens('output')).toBe(500)
  expect(await tokens('input_cache_read')).toBe(200)
  expect(await tokens('reasoning')).toBe(100)
  for (const name of [
    'gen_ai_server_request_duration_seconds_count',
    'gen_ai_server_time_to_first_token_seconds_count',
    'gen_ai_server_time_per_output_token_seconds_count',
  ]) {
    expect(await gateway.sample(name, ...labels), name).toBe(1)
  }
  expect(await gateway.sample('gateway_overhead_seconds_count', 'phase="request"')).toBe(1)
  expect(await gateway.sample('gateway_overhead_seconds_count', 'phase="response"')).toBe(1)
  expect(await gateway.sample('gateway_requests_total', 'status="200"')).toBe(1)
  expect(await gateway.sample('gateway_in_flight_requests')).toBe(0)
})

test('a call that failed has its error type, and no invented usage', async () => {
  const gateway = await start(json({ error: { message: 'Slow down.' } }, 429))
  await call(gateway)
  const failed = 'gen_ai_server_request_duration_seconds_count'
  expect(await gateway.sample(failed, 'error_type="http_429"')).toBe(1)
  expect(await gateway.sample('gateway_requests_total', 'status="429"')).toBe(1)
  expect(await gateway.sample('gen_ai_client_token_usage_count')).toBe(0)
})

test('an error inside a stream is an error in the books, with the usage up to it', async () => {
  const gateway = await start(
    stream([delta({ content: 'a' }, { usage }), event({ error: { message: 'broken' } })]),
  )
  await call(gateway)
  expect(
    await gateway.sample('gen_ai_server_request_duration_seconds_count', 'error_type="stream_error"'),
  ).toBe(1)
  expect(await gateway.sample('gen_ai_client_token_usage_sum', 'gen_ai_token_type="output"')).toBe(500)
})

test('a call that fails before its first stage is answered, recorded and over like any other', async () => {
  const begin = () => {
    throw new Error('no more room')
  }
  const tracing = { begin, close: async () => {} }
  const gateway = await startGateway({ models: [] }, { tracing })
  opened.push(gateway)
  const { response } = await call(gateway)
  expect(response.status).toBe(500)
  const failed = { requestId: response.headers.get('x-gateway-request-id'), level: 50 }
  expect(gateway.logs).toContainEqual(expect.objectContaining(failed))
  expect(await gateway.sample('gateway_requests_total', 'status="500"')).toBe(1)
  expect(await gateway.sample('gateway_in_flight_requests')).toBe(0)
})

test('without streaming there is no time to a first token', async () => {
  const gateway = await start(json({ model: 'x', choices: [{ message: { content: 'a' } }], usage }))
  await call(gateway, { model: 'm', messages })
  expect(await gateway.sample('gen_ai_server_time_to_first_token_seconds_count')).toBe(0)
  expect(await gateway.sample('gen_ai_client_token_usage_sum', 'gen_ai_token_type="output"')).toBe(500)
})

test('new model names of providers do not make labels without end', async () => {
  let calls = 0
  const gateway = await start((response, request) =>
    json({ model: `x-${calls++}`, choices: [] })(response, request),
  )
  for (let i = 0; i < 501; i++) await call(gateway, { model: 'm', messages })
  const count = 'gen_ai_server_request_duration_seconds_count'
  expect(await gateway.sample(count, 'gen_ai_response_model="x-499"')).toBe(1)
  expect(await gateway.sample(count, 'gen_ai_response_model="other"')).toBe(1)
})

test('a call is one log line with its request id, without prompt, answer, key or words of the provider', async () => {
  const gateway = await start(withUsage('x'))
  const { response } = await call(gateway)
  expect(gateway.logs).toHaveLength(1)
  expect(gateway.logs[0]).toMatchObject({
    requestId: response.headers.get('x-gateway-request-id'),
    model: 'm',
    provider: 'openai',
    servedModel: 'up-1',
    stream: true,
    status: 200,
    outcome: 'ok',
    attempts: 1,
    inputTokens: 1000,
    outputTokens: 500,
  })
  const failing = await start(json({ error: { message: 'You asked: What is a drag race?' } }, 500))
  await call(failing)
  expect(failing.logs[0]).toMatchObject({ outcome: 'http_500', level: 40 })
  expect(JSON.stringify([...gateway.logs, ...failing.logs])).not.toMatch(/drag race|sk-secret/)
})

test('the line of a call to a provider that names no model has the one that was asked for', async () => {
  const gateway = await start(json({ choices: [{ message: { content: 'a' } }], usage }))
  await call(gateway, { model: 'm', messages })
  expect(gateway.logs).toMatchObject([{ servedModel: 'm', stream: false }])
})

test('the line of a call that was refused before it was read has no model, and nothing was tried', async () => {
  const gateway = await start(withUsage('x'))
  await gateway.chat('{')
  expect(gateway.logs).toMatchObject([
    { model: null, target: null, provider: null, servedModel: null, stream: false, status: 400, attempts: 0 },
  ])
  expect(gateway.logs[0]).not.toHaveProperty('tried')
})

test('after more than one attempt, or one that failed, the line says what was tried', async () => {
  const { ask } = await startTwoTargets({ a: json({ error: { message: 'My words' } }, 503) })
  const durationMs = expect.any(Number)
  const refused = { target: 'a', outcome: 'http_503', status: 503, durationMs }
  const { log } = await ask(true)
  expect(log).toMatchObject({ outcome: 'ok', target: 'b', attempts: 3 })
  expect(log.tried).toEqual([
    { ...refused, waitMs: 0 },
    { ...refused, waitMs: expect.toSatisfy((ms: number) => ms > 0) },
    { target: 'b', outcome: 'ok', status: 200, waitMs: 0, durationMs },
  ])
  const alone = await ask(true, { model: 'b' })
  expect(alone.log).not.toHaveProperty('tried')
  // A model that is called by its own name is tried once.
  const failed = await ask(true, { model: 'a' })
  expect(failed.log.tried).toMatchObject([refused])
  expect(JSON.stringify(failed.log)).not.toContain('My words')
})

/** The cost in the report. */
async function costOf(model: object, servedModel: string, said: object = usage): Promise<number | null> {
  const gateway = await start(
    json({ model: servedModel, choices: [{ message: { content: 'a' } }], usage: said }),
    model,
  )
  const { text } = await call(gateway, { model: 'm', messages }, { 'x-gateway-report': '1' })
  const { costUsd } = (JSON.parse(text) as { gateway: { costUsd: number | null } }).gateway
  const counted = await gateway.sample('gateway_cost_usd_total')
  expect(counted).toBe(costUsd ?? 0)
  return costUsd
}

test('cost comes from the price table, cached tokens at their own rate', async () => {
  // 800 at 0.15, 200 cached at 0.075, 500 at 0.60, each for a million.
  expect(await costOf({}, 'gpt-4o-mini-2024-07-18')).toBeCloseTo(0.000435, 9)
})

test('reasoning costs its own rate where it has one', async () => {
  const said = {
    prompt_tokens: 0,
    completion_tokens: 1000,
    completion_tokens_details: { reasoning_tokens: 800 },
  }
  const all = await costOf({ provider: 'perplexity' }, 'sonar-deep-research', said)
  const none = await costOf({ provider: 'perplexity' }, 'sonar-deep-research', {
    prompt_tokens: 0,
    completion_tokens: 1000,
  })
  // 800 tokens at 3 instead of 8 dollars for a million.
  expect(none! - all!).toBeCloseTo(0.004, 9)
})

test('a usage of zeros counts as no usage, so the call is not free', async () => {
  const price = { inputPerMillion: 1, outputPerMillion: 2 }
  const zeros = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }
  expect(await costOf({ price }, 'm', zeros)).toBeGreaterThan(0)
})

test('a price in the config goes before the table', async () => {
  const price = { inputPerMillion: 1, outputPerMillion: 2, cachedInputPerMillion: 0.5 }
  expect(await costOf({ price }, 'gpt-4o-mini')).toBeCloseTo((800 + 200 * 0.5 + 500 * 2) / 1e6, 12)
})

test('a cost has no digits of rounding errors', async () => {
  const said = { prompt_tokens: 1100, completion_tokens: 1 }
  // In binary fractions it is 0.00007700000000000001.
  expect(await costOf({ price: { inputPerMillion: 0.07, outputPerMillion: 0 } }, 'x', said)).toBe(0.000077)
})

test.each([
  ['a model that the table does not know', {}, 'nobody-knows-me'],
  ['a server of one’s own', { provider: 'custom' }, 'gpt-4o-mini'],
  ['a simulated model', { provider: 'simulator' }, 'gpt-4o-mini'],
])('the cost of %s is unknown, never 0', async (_what, model, servedModel) => {
  expect(await costOf(model, servedModel)).toBeNull()
})

test('cache writes and reasoning have prices of their own, in the config and in the table', async () => {
  const said = {
    ...usage,
    prompt_tokens_details: { cached_tokens: 200, cache_write_tokens: 300 },
  }
  const plain = { inputPerMillion: 1, outputPerMillion: 2, cachedInputPerMillion: 0.1 }
  const price = { ...plain, cacheWriteInputPerMillion: 1.25, reasoningPerMillion: 3 }
  const known = (500 + 200 * 0.1 + 300 * 1.25 + 400 * 2 + 100 * 3) / 1e6
  expect(await costOf({ price }, 'x', said)).toBeCloseTo(known, 12)
  // Without prices of their own they cost as much as other input and output.
  expect(await costOf({ price: plain }, 'x', said)).toBeCloseTo((800 + 200 * 0.1 + 500 * 2) / 1e6, 12)
  const table = createCostTable({ date: () => new Date('2026-01-01T00:00:00Z') })
  const target = {
    provider: 'custom',
    origin: 'https://api.anthropic.com',
    price: null,
    upstreamModel: 'claude-sonnet-4-5',
  }
  const counted = {
    inputTokens: 1000,
    outputTokens: 500,
    reasoningTokens: null,
    cachedTokens: 200,
    source: 'usage' as const,
  }
  const at = (cacheWriteTokens: number | null) =>
    table({ ...counted, cacheWriteTokens }, target as unknown as Target, null)
  expect(at(300)).toBeCloseTo((500 * 3 + 200 * 0.3 + 300 * 3.75 + 500 * 15) / 1e6, 12)
  expect(at(null)).toBeCloseTo((800 * 3 + 200 * 0.3 + 500 * 15) / 1e6, 12)
})

test('a provider that counts more cached tokens than there were costs no more than the prompt', async () => {
  const said = { ...usage, prompt_tokens_details: { cached_tokens: 5000 } }
  expect(await costOf({}, 'gpt-4o-mini', said)).toBeCloseTo((1000 * 0.075 + 500 * 0.6) / 1e6, 9)
})

test('nor does one that counts more written to its cache than was left', async () => {
  const said = { ...usage, prompt_tokens_details: { cached_tokens: 800, cache_write_tokens: 900 } }
  const price = {
    ...{
      inputPerMillion: 1,
      outputPerMillion: 2,
      cachedInputPerMillion: 0.1,
      cacheWriteInputPerMillion: 1.25,
    },
  }
  const known = (800 * 0.1 + 200 * 1.25 + 500 * 2) / 1e6
  expect(await costOf({ price }, 'x', said)).toBeCloseTo(known, 12)
})

test('time per output token leaves hidden reasoning out', async () => {
  // Of 101 tokens 100 were hidden: one token has no time between tokens.
  const gateway = await startInTwoReads({ ...usage, completion_tokens: 101 })
  expect(await gateway.sample('gen_ai_server_time_per_output_token_seconds_count')).toBe(0)
})

test('reasoning that was streamed is among the tokens whose time is taken', async () => {
  const gateway = await startInTwoReads(
    { ...usage, completion_tokens: 101 },
    delta({ reasoning_content: 'a' }),
  )
  expect(await gateway.sample('gen_ai_server_time_per_output_token_seconds_count')).toBe(1)
})

test('tokens that all came at once have no time between them', async () => {
  const gateway = await start(withUsage('x'), {}, { monotonicMs: () => 1_000 })
  await call(gateway)
  expect(await gateway.sample('gen_ai_server_time_to_first_token_seconds_count')).toBe(1)
  expect(await gateway.sample('gen_ai_server_time_per_output_token_seconds_count')).toBe(0)
})

test('each attempt has its own duration, without the wait before it', async () => {
  let nowMs = 1_000
  const { ask } = await startTwoTargets({
    a: json({ error: { message: 'no' } }, 503),
    monotonicMs: () => nowMs,
    wait: async (ms) => {
      nowMs += ms
    },
  })
  const { log } = await ask(true)
  expect(log.tried).toMatchObject([
    { waitMs: 0, durationMs: 0 },
    { waitMs: 125, durationMs: 0 },
    { waitMs: 0, durationMs: 0 },
  ])
  expect(log.durationMs).toBe(125)
})

/** A gateway after one call whose two tokens certainly arrived at two different times. */
async function startInTwoReads(said: object, first = token('a')): Promise<RunningGateway> {
  const firstRead = Promise.withResolvers<void>()
  const gateway = await start(async (response) => {
    response.writeHead(200).write(role + first)
    await firstRead.promise
    response.end(token('b') + event({ choices: [{ delta: {}, finish_reason: 'stop' }], usage: said }) + done)
  })
  const { body } = await gateway.chat(streaming)
  firstRead.resolve()
  await new Response(body).text()
  return gateway
}
