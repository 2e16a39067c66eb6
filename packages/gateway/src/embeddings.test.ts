import { expect, test } from 'vitest'
import { type ErrorBody, startGateway } from './testing/gateway.ts'
import { useOpened } from './testing/opened.ts'
import { type Answering, json, startUpstream } from './testing/upstream.ts'

const opened = useOpened()

async function start(answer: Answering) {
  const upstream = await startUpstream(answer)
  const params = {
    baseUrl: `${upstream.url}/v1?api-version=1`,
    apiKey: 'sk-ours',
    model: 'text-embedding-3-small',
  }
  const gateway = await startGateway({
    models: [
      { name: 'm', provider: 'openai', params },
      { name: 'claude', provider: 'anthropic', params },
    ],
  })
  opened.push(upstream, gateway)
  const embed = (body: unknown) =>
    fetch(`${gateway.url}/v1/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return { upstream, gateway, embed }
}

const answer =
  '{"object":"list", "data":[{"embedding":[0.10, 1e-3],"index":0}],"model":"text-embedding-3-small","usage":{"prompt_tokens":1000,"total_tokens":1000}}'

test('pass through byte for byte, and are counted', async () => {
  const { upstream, gateway, embed } = await start(json(answer))
  const response = await embed('{ "input":["a", "b"], "model":"m", "dimensions":12345678901234567890 }')
  expect(response.status).toBe(200)
  expect(await response.text()).toBe(answer)
  expect(upstream.received[0]).toMatchObject({
    method: 'POST',
    url: '/v1/embeddings?api-version=1',
    body: '{ "input":["a", "b"], "model":"text-embedding-3-small", "dimensions":12345678901234567890 }',
    headers: expect.objectContaining({ authorization: 'Bearer sk-ours' }),
  })
  expect(gateway.logs.at(-1)).toMatchObject({
    outcome: 'ok',
    inputTokens: 1000,
    outputTokens: 0,
    costUsd: 0.00002,
  })
  expect(await gateway.sample('gateway_cost_usd_total', 'gen_ai_operation_name="embeddings"')).toBe(0.00002)
})

test('the time to an answer, which has no token, is what routing goes by', async () => {
  const { gateway, embed } = await start(json(answer))
  await (await embed({ model: 'm', input: 'a' })).text()
  expect(gateway.gateway.targets()[0]).toMatchObject({ firstTokenMs: null, answerMs: expect.any(Number) })
})

test('a refusal passes with its status', async () => {
  const error = { message: 'Slow down', type: 'rate_limit_error', code: 'rate_limit_exceeded', param: null }
  const { embed } = await start(json({ error }, 429, { 'retry-after': '3' }))
  const response = await embed({ model: 'm', input: 'a' })
  expect(response.status).toBe(429)
  expect(response.headers.get('retry-after')).toBe('3')
  expect(await response.json()).toEqual({ error })
})

test.each([
  [{ model: 'm' }, 400, '`input` is missing'],
  [{ model: 'm', input: [] }, 400, '`input` is missing'],
  [[], 400, '`model` and `input`'],
  [{ model: 'claude', input: 'a' }, 400, "speak openai's dialect"],
  [{ model: 'x', input: 'a' }, 404, 'No model is called'],
])('%j is refused, and nothing goes up', async (body, status, words) => {
  const { upstream, embed } = await start(json(answer))
  const response = await embed(body)
  expect(response.status).toBe(status)
  expect(((await response.json()) as ErrorBody).error.message).toContain(words)
  expect(upstream.received).toEqual([])
})

test('reserve no tokens for an answer', async () => {
  const goOn = Promise.withResolvers<void>()
  const upstream = await startUpstream(async (response, request) => {
    await goOn.promise
    return json(answer)(response, request)
  })
  const params = { baseUrl: `${upstream.url}/v1` }
  const gateway = await startGateway({
    models: [{ name: 'm', provider: 'custom', params }],
    policies: { rateLimits: [{ tokensPerMinute: 100 }] },
  })
  opened.push(upstream, gateway)
  const running = Array.from({ length: 5 }, () =>
    fetch(`${gateway.url}/v1/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', input: 'hello' }),
    }),
  )
  await expect.poll(() => upstream.received.length).toBe(5)
  goOn.resolve()
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
})
