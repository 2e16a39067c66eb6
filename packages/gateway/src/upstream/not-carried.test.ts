/** A target whose dialect has no place for a part of the request is skipped; that is no failure of the target. */
import { expect, test } from 'vitest'
import { type ErrorBody, messages, startGateway } from '../testing/gateway.ts'
import { claude } from '../testing/native.ts'
import { useOpened } from '../testing/opened.ts'
import { good } from '../testing/two-targets.ts'
import { type Answering, json, startUpstream, stream } from '../testing/upstream.ts'

const opened = useOpened()

/** `v` goes to `claude`, whose dialect has no `logprobs`, and then to `gpt`. */
async function start(
  answer: Answering = good,
  circuitBreaker: object = { consecutiveFailures: 1 },
  claudeModel = 'claude',
) {
  const native = await startUpstream(stream([claude.start, claude.text, claude.stop('end_turn')]))
  const upstream = await startUpstream(answer)
  const priority = { targets: ['claude', 'gpt'].map((model, index) => ({ model, priority: index })) }
  const gateway = await startGateway({
    models: [
      {
        name: 'claude',
        provider: 'anthropic',
        params: { baseUrl: `${native.url}/v1`, apiKey: 'key', model: claudeModel },
      },
      { name: 'gpt', provider: 'custom', params: { baseUrl: `${upstream.url}/v1` } },
    ],
    virtualModels: [
      { name: 'v', routing: { priority } },
      { name: 'only', routing: { priority: { targets: [{ model: 'claude', priority: 1 }] } } },
    ],
    policies: { circuitBreaker },
  })
  opened.push(native, upstream, gateway)
  const ask = async (model: string, more: object = {}) => {
    const headers = { 'x-gateway-report': '1' }
    const response = await gateway.chat({ model, messages, logprobs: true, ...more }, { headers })
    return { status: response.status, body: (await response.json()) as ErrorBody }
  }
  return { native, upstream, gateway, ask }
}

test('the next target answers, and the record says why', async () => {
  const { native, upstream, gateway, ask } = await start()
  const { status, body } = await ask('v')
  expect(status).toBe(200)
  expect(body.gateway!.attempts).toMatchObject([
    { target: 'claude', outcome: 'not_carried', status: null, usage: null, costUsd: null },
    { target: 'gpt', outcome: 'ok', status: 200 },
  ])
  expect([native.received.length, upstream.received.length]).toEqual([0, 1])
  expect(gateway.logs.at(-1)).toMatchObject({ outcome: 'ok', attempts: 2 })
  expect(await gateway.sample('gateway_fallbacks_total', 'from="claude"', 'to="gpt"')).toBe(1)
  // Nothing was sent to it: it is healthy, and has no latency.
  expect(gateway.gateway.targets()[0]).toMatchObject({
    breaker: 'closed',
    pending: 0,
    firstTokenMs: null,
    answerMs: null,
  })
})

test('a schema that an older Claude cannot be held to goes to the model that can', async () => {
  const { native, upstream, ask } = await start(good, undefined, 'claude-sonnet-4-20250514')
  const json_schema = { name: 'x', strict: true, schema: { type: 'object', additionalProperties: false } }
  const more = { logprobs: undefined, response_format: { type: 'json_schema', json_schema } }
  expect((await ask('v', more)).status).toBe(200)
  expect([native.received.length, upstream.received.length]).toEqual([0, 1])
  expect((await ask('only', more)).body.error.message).toContain('leave `strict` out')
})

test('where none can carry it, the caller is told which member it is, and nothing was sent', async () => {
  const { native, gateway, ask } = await start()
  const { status, body } = await ask('only')
  expect(status).toBe(400)
  expect(body.error).toMatchObject({
    code: 'not_carried',
    type: 'invalid_request_error',
    message: expect.stringContaining('`logprobs`'),
  })
  expect(native.received).toEqual([])
  expect(gateway.logs.at(-1)).toMatchObject({ target: 'claude', servedModel: null })
  expect(await gateway.sample('gateway_refused_total', 'reason="not_carried"')).toBe(1)
  expect(await gateway.sample('gen_ai_server_request_duration_seconds_count')).toBe(0)
  expect(await gateway.sample('gateway_overhead_seconds_count')).toBe(0)
})

test('the caller is told what the target answers that could carry it', async () => {
  const refusing = json({ error: { message: 'wrong', type: 'invalid_request_error', code: 'odd' } }, 400)
  const { ask } = await start(refusing)
  expect(await ask('v')).toMatchObject({ status: 400, body: { error: { message: 'wrong' } } })
})

test('where the breaker of the one that could carry it is open, the caller is told when to try again', async () => {
  const { ask } = await start(json({ error: { message: 'no' } }, 503))
  expect((await ask('v')).status).toBe(503)
  const { status, body } = await ask('v')
  expect([status, body.error.code]).toEqual([503, 'targets_resting'])
  expect(body.error.message).toMatch(/"gpt"/)
  expect(body.error.message).not.toMatch(/claude/)
})

test('chat does not go to Perplexity, which has none any more', async () => {
  const upstream = await startUpstream(good)
  const targets = ['sonar', 'gpt'].map((model, priority) => ({ model, priority }))
  const gateway = await startGateway({
    models: [
      { name: 'sonar', provider: 'perplexity', params: { apiKey: 'key' } },
      { name: 'gpt', provider: 'custom', params: { baseUrl: `${upstream.url}/v1` } },
    ],
    virtualModels: [{ name: 'v', routing: { priority: { targets } } }],
  })
  opened.push(upstream, gateway)
  expect((await gateway.chat({ model: 'v', messages })).status).toBe(200)
  const { error } = (await (await gateway.chat({ model: 'sonar', messages })).json()) as ErrorBody
  expect(error).toMatchObject({ code: 'not_carried', message: expect.stringContaining('/v1/responses') })
})

test('an endpoint that is not translated goes to the target that speaks its dialect', async () => {
  const { native, upstream, gateway } = await start(json({ data: [], usage: { prompt_tokens: 1 } }))
  const response = await fetch(`${gateway.url}/v1/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'v', input: 'a' }),
  })
  expect(response.status).toBe(200)
  expect([native.received.length, upstream.received.length]).toEqual([0, 1])
})

test('a body that is nested too deeply for a dialect goes to the target that needs no translation', async () => {
  const { native, upstream, gateway } = await start()
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const body = (model: string) =>
    `{"model":"${model}","messages":[{"role":"user","content":"a"}],"x":${deep}}`
  expect((await gateway.chat(body('v'))).status).toBe(200)
  expect(upstream.received[0]!.body).toContain(deep)
  const response = await gateway.chat(body('claude'))
  expect(response.status).toBe(400)
  expect(((await response.json()) as ErrorBody).error.message).toMatch(/nested too deeply/)
  expect(native.received).toEqual([])
})
