/** The cache through the HTTP API: which calls get an answer that was given before, and which never do. */
import { expect, test } from 'vitest'
import { done, event, events, finish, role, token, usageChunk } from '../testing/chunks.ts'
import { bearer, keyOf } from '../testing/door.ts'
import { type RunningGateway, startGateway } from '../testing/gateway.ts'
import { post } from '../testing/guarded.ts'
import { useOpened } from '../testing/opened.ts'
import { type Answering, json, startUpstream, stream, type Upstream } from '../testing/upstream.ts'

const opened = useOpened()

/** Each answer has the number of its request in it. */
const counting = (): Answering => {
  let turn = 0
  return (response, request) => {
    turn++
    const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }
    const whole = {
      model: 'up-1',
      choices: [{ message: { content: `no. ${turn}` }, finish_reason: 'stop' }],
      usage,
    }
    const answering = request.body.includes('"stream":true')
      ? stream([role, token(`no. ${turn}`), finish, usageChunk, done])
      : json(whole, 200, { 'x-request-id': `up-${turn}` })
    return answering(response, request)
  }
}

interface Opened {
  gateway: RunningGateway
  upstream: Upstream
  clock: { nowMs: number }
}

async function start(policies: object = {}, answer: Answering = counting()): Promise<Opened> {
  const upstream = await startUpstream(answer)
  const clock = { nowMs: 0 }
  const price = { inputPerMillion: 1, outputPerMillion: 2 }
  const params = { baseUrl: `${upstream.url}/v1` }
  const gateway = await startGateway(
    {
      models: ['m', 'n'].map((name) => ({
        name,
        provider: 'custom',
        params: { ...params, model: name },
        price,
      })),
      virtualModels: [
        {
          name: 'v',
          routing: {
            conditional: { targets: [{ model: 'm', when: "metadata.task == 'hard'" }, { model: 'n' }] },
          },
        },
      ],
      policies: { cache: { mode: 'exact' }, ...policies },
    },
    { monotonicMs: () => clock.nowMs },
  )
  opened.push(upstream, gateway)
  return { gateway, upstream, clock }
}

const prompt = (more: object = {}) => ({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...more })

/** Resolves with what the cache did, and with the number of the provider's answer that came. */
async function ask(
  { gateway }: Opened,
  body: object | string = prompt(),
  headers: Record<string, string> = {},
) {
  const response = await gateway.chat(body, { headers })
  const text = await response.text()
  return {
    cache: response.headers.get('x-gateway-cache'),
    turn: /no\. (\d+)/.exec(text)?.[1],
    response,
    text,
  }
}

test('an answer with another status than 200 is not kept', async () => {
  let turn = 0
  const all = await start({}, (response, request) =>
    json({ choices: [{ message: { content: `no. ${++turn}` } }] }, 203)(response, request),
  )
  expect(await ask(all)).toMatchObject({ cache: 'miss', turn: '1' })
  expect(await ask(all)).toMatchObject({ cache: 'miss', turn: '2' })
  expect(all.gateway.logs.at(-1)).toMatchObject({ outcome: 'ok' })
})

test('is off unless the config asks for it', async () => {
  const all = await start({ cache: {} })
  expect(await ask(all)).toMatchObject({ cache: null, turn: '1' })
  expect(await ask(all)).toMatchObject({ cache: null, turn: '2' })
})

test('the same request gets the same answer, and nothing is sent to the provider', async () => {
  const all = await start()
  const first = await ask(all)
  const second = await ask(all, { messages: prompt().messages, model: 'm' })
  expect(first).toMatchObject({ cache: 'miss', turn: '1' })
  expect(second).toMatchObject({ cache: 'hit', turn: '1', text: first.text })
  expect(all.upstream.received).toHaveLength(1)
  const { headers } = second.response
  expect(headers.get('x-gateway-attempts')).toBe('0')
  expect(headers.get('x-gateway-model')).toBe('up-1')
  // The id of this call, and not of the call that was sent to the provider.
  expect(headers.get('x-request-id')).toBe(headers.get('x-gateway-request-id'))
  expect(await all.gateway.sample('gateway_cache_total', 'outcome="hit"')).toBe(1)
  expect(await all.gateway.sample('gateway_cache_total', 'outcome="miss"')).toBe(1)
})

test('a hit is on the books as a call that cost nothing and used no tokens', async () => {
  const all = await start()
  for (let call = 0; call < 3; call++) await ask(all)
  expect(all.gateway.logs.at(-3)).toMatchObject({ attempts: 1, inputTokens: 7, costUsd: 13e-6 })
  expect(all.gateway.logs.at(-1)).toMatchObject({
    cache: 'hit',
    outcome: 'ok',
    attempts: 0,
    inputTokens: null,
    outputTokens: null,
    costUsd: 0,
  })
  expect(await all.gateway.sample('gateway_cost_usd_total')).toBe(13e-6)
  expect(await all.gateway.sample('gen_ai_server_request_duration_seconds_count')).toBe(1)
  expect(await all.gateway.sample('gateway_requests_total', 'status="200"')).toBe(3)
})

test('a hit counts as a request in limits, and not in tokens', async () => {
  const all = await start({ rateLimits: [{ requestsPerMinute: 3, tokensPerMinute: 2_000 }] })
  for (let call = 0; call < 3; call++) expect((await ask(all)).response.status).toBe(200)
  const { headers } = (await ask(all)).response
  expect(headers.get('x-ratelimit-remaining-tokens')).toBe('1990')
  expect((await ask(all)).response.status).toBe(429)
})

test('a stream is given again frame by frame, with the usage chunk where it is asked for', async () => {
  const all = await start()
  const streaming = prompt({ stream: true, stream_options: { include_usage: true } })
  const first = await ask(all, streaming)
  const second = await ask(all, streaming)
  expect(first.cache).toBe('miss')
  expect(second).toMatchObject({ cache: 'hit', text: first.text })
  expect(first.text).toContain('"usage"')
  expect(second.response.headers.get('content-type')).toContain('text/event-stream')
  const plain = prompt({ stream: true })
  await ask(all, plain)
  const again = await ask(all, plain)
  expect(again.cache).toBe('hit')
  expect(again.text).not.toContain('"usage"')
  expect(events(again.text).at(-1)).toBe('[DONE]')
})

test.each([
  ['another temperature', { temperature: 1 }],
  ['another model', { model: 'n' }],
  ['a stream', { stream: true }],
  ['another message', { messages: [{ role: 'user', content: 'Hi ' }] }],
])('%s is another request', async (_what, more) => {
  const all = await start()
  await ask(all)
  expect(await ask(all, prompt(more))).toMatchObject({ cache: 'miss' })
})

test('integers beyond a double are told apart', async () => {
  const all = await start()
  const withSeed = (seed: string) =>
    ask(all, `{"model":"m","seed":${seed},"messages":[{"role":"user","content":"Hi"}]}`)
  await withSeed('12345678901234567890')
  expect(await withSeed('12345678901234567891')).toMatchObject({ cache: 'miss' })
  expect(await withSeed('12345678901234567890')).toMatchObject({ cache: 'hit' })
})

test('a request of many megabytes bypasses the cache', async () => {
  const all = await start()
  const long = prompt({ messages: [{ role: 'user', content: 'x'.repeat(5_000_000) }] })
  await ask(all, long)
  expect(await ask(all, long)).toMatchObject({ cache: 'bypass', turn: '2' })
})

test('another `user` or other `metadata` does not make another request', async () => {
  const all = await start()
  await ask(all, prompt({ user: 'a', metadata: { team: 'x' } }))
  expect(await ask(all, prompt({ user: 'b' }))).toMatchObject({ cache: 'hit' })
})

test('a request that a condition sends elsewhere is answered from there', async () => {
  const all = await start()
  expect(await ask(all, prompt({ model: 'v', metadata: { task: 'easy' } }))).toMatchObject({ cache: 'miss' })
  const hard = await ask(all, prompt({ model: 'v', metadata: { task: 'hard' } }))
  expect(hard).toMatchObject({ cache: 'miss', turn: '2' })
})

test('targets that differ only in a header do not share answers', async () => {
  const upstream = await startUpstream((response, request) => {
    const message = { content: request.headers['x-region'] }
    return json({ choices: [{ message, finish_reason: 'stop' }] })(response, request)
  })
  const params = { baseUrl: `${upstream.url}/v1`, model: 'same' }
  const regions = ['eu', 'us']
  const gateway = await startGateway({
    models: [...regions, 'rest'].map((region) => ({
      name: region,
      provider: 'custom',
      params: { ...params, headers: { 'x-region': region } },
    })),
    virtualModels: [
      {
        name: 'v',
        routing: {
          conditional: {
            targets: [
              ...regions.map((region) => ({ model: region, when: `headers['x-want'] == '${region}'` })),
              { model: 'rest' },
            ],
          },
        },
      },
    ],
    policies: { cache: { mode: 'exact' } },
  })
  opened.push(upstream, gateway)
  for (const region of regions) {
    const response = await gateway.chat({ ...prompt(), model: 'v' }, { headers: { 'x-want': region } })
    expect(await response.text()).toContain(`"content":"${region}"`)
  }
})

test('a tenant shares its answers, and nobody else gets them', async () => {
  const keys = [
    keyOf('a', { tenant: 't' }),
    keyOf('b', { tenant: 't' }),
    keyOf('c', { tenant: 'u' }),
    keyOf('d'),
  ]
  const all = await start({ apiKeys: { mode: 'optional', keys } })
  const askAs = (id: string) => ask(all, prompt(), bearer(`key-of-${id}`).headers)
  expect(await askAs('a')).toMatchObject({ cache: 'miss', turn: '1' })
  expect(await askAs('b')).toMatchObject({ cache: 'hit', turn: '1' })
  expect(await askAs('c')).toMatchObject({ cache: 'miss', turn: '2' })
  expect(await askAs('d')).toMatchObject({ cache: 'miss', turn: '3' })
  expect(await askAs('d')).toMatchObject({ cache: 'hit', turn: '3' })
  expect(await ask(all)).toMatchObject({ cache: 'miss', turn: '4' })
})

test('no-cache brings a new answer, which is then kept; no-store leaves no trace', async () => {
  const all = await start()
  expect(await ask(all, prompt(), { 'cache-control': 'no-store' })).toMatchObject({
    cache: 'bypass',
    turn: '1',
  })
  expect(await ask(all)).toMatchObject({ cache: 'miss', turn: '2' })
  expect(await ask(all, prompt(), { 'cache-control': 'no-cache' })).toMatchObject({
    cache: 'bypass',
    turn: '3',
  })
  expect(await ask(all)).toMatchObject({ cache: 'hit', turn: '3' })
  expect(await ask(all, prompt(), { 'cache-control': 'max-age=60, No-Store' })).toMatchObject({ turn: '4' })
  expect(await ask(all, prompt(), { 'cache-control': 'max-age=0' })).toMatchObject({ turn: '5' })
})

test('a call that is measured gets no answer from the cache, and its own is not kept', async () => {
  const all = await start()
  const measured = { 'x-gateway-report': '1' }
  await ask(all)
  expect(await ask(all, prompt(), measured)).toMatchObject({ cache: 'bypass', turn: '2' })
  expect(await ask(all)).toMatchObject({ cache: 'hit', turn: '1' })
  const wanted = await ask(all, prompt(), { ...measured, 'x-gateway-cache': 'use' })
  expect(wanted).toMatchObject({ cache: 'hit', turn: '1' })
  expect(JSON.parse(wanted.text).gateway).toMatchObject({ isCached: true, attempts: [], costUsd: 0 })
})

test('what failed, or was cut, is not kept', async () => {
  let turn = 0
  const all = await start({}, (response, request) =>
    [
      json({ error: { message: 'no' } }, 400),
      stream([role, token('half')]),
      stream([role, token('a'), event({ error: { message: 'broken' } })]),
      stream([role, token('no. 4'), finish, done]),
    ][turn++]!(response, request),
  )
  const streaming = prompt({ stream: true })
  for (const cache of ['miss', 'miss', 'miss', 'miss', 'hit']) {
    expect(await ask(all, streaming)).toMatchObject({ cache })
  }
})

test('an answer is kept for its time', async () => {
  const all = await start({ cache: { mode: 'exact', ttlSeconds: 10 } })
  await ask(all)
  all.clock.nowMs = 9_999
  expect((await ask(all)).cache).toBe('hit')
  all.clock.nowMs = 10_000
  expect((await ask(all)).cache).toBe('miss')
})

test('when the answer of a retry is too large to keep, the failed answer before it is not kept either', async () => {
  const tooLarge = { choices: [{ message: { content: `no. 1 ${'x'.repeat(1_000)}` } }] }
  const failed = { error: { message: 'no', code: 500 } }
  let turn = 0
  const all = await start(
    { cache: { mode: 'exact', maxBytes: 8_000 }, retry: { initialBackoffMs: 1 } },
    (response, request) => json(turn++ % 2 === 0 ? failed : tooLarge)(response, request),
  )
  for (let call = 0; call < 2; call++) expect(await ask(all)).toMatchObject({ cache: 'miss', turn: '1' })
  expect(all.upstream.received).toHaveLength(4)
})

test('an answer that can depend on more than its request is not looked up', async () => {
  const all = await start({}, json({ output: [] }))
  for (let call = 0; call < 2; call++) {
    const response = await post(all.gateway, '/v1/responses', { model: 'm', input: 'Hi' })
    expect([response.status, response.headers.get('x-gateway-cache')]).toEqual([200, null])
  }
  expect(all.upstream.received).toHaveLength(2)
})

test('an answer that is larger than its share is passed on and not kept', async () => {
  const all = await start({ cache: { mode: 'exact', maxBytes: 8_000 } }, (response, request) =>
    json({ choices: [{ message: { content: `no. 1 ${'x'.repeat(1_000)}` } }] })(response, request),
  )
  expect((await ask(all)).cache).toBe('miss')
  expect((await ask(all)).cache).toBe('miss')
})

test('the cache keeps the answer after the guardrails, by the request after the guardrails', async () => {
  const guardrails = [
    { name: 'mail', on: ['request', 'response'], match: { detector: 'email' }, action: 'mask' },
  ]
  const all = await start({ guardrails }, (response, request) =>
    stream([role, token('write to c@'), token('d.com'), finish, done])(response, request),
  )
  const asking = (mail: string) => prompt({ stream: true, messages: [{ role: 'user', content: mail }] })
  const first = await ask(all, asking('a@b.com'))
  const second = await ask(all, asking('x@y.com'))
  expect(second).toMatchObject({ cache: 'hit', text: first.text })
  expect(first.text).toContain('[email]')
  expect(first.text).not.toContain('d.com')
})
