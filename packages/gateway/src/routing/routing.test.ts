/** Virtual models through the HTTP API: where a call goes, and what the models list says. */
import { describe, expect, test } from 'vitest'
import { messages, type RunningGateway, startGateway } from '../testing/gateway.ts'
import { useOpened } from '../testing/opened.ts'
import { good } from '../testing/two-targets.ts'
import { json, startUpstream } from '../testing/upstream.ts'

const opened = useOpened()

interface Started {
  gateway: RunningGateway
  /** Calls `v`; resolves with the targets that were asked, in order. */
  ask(more?: object, headers?: Record<string, string>): Promise<string>
}

/** Three models, `a`, `b` and `c`, at one provider; those whose letter is in `failing` answer 500. */
async function start(
  routing: object,
  {
    models = {},
    failing = '',
    ...virtual
  }: { models?: Record<string, object>; failing?: string } & Record<string, unknown> = {},
): Promise<Started> {
  const upstream = await startUpstream((response, request) => {
    const { model } = JSON.parse(request.body) as { model: string }
    return failing.includes(model) ? json({}, 500)(response, request) : good(response, request)
  })
  const params = { baseUrl: `${upstream.url}/v1` }
  const gateway = await startGateway(
    {
      models: ['a', 'b', 'c'].map((name) => ({ name, provider: 'custom', params, ...models[name] })),
      virtualModels: [{ name: 'v', routing, retry: { attempts: 1 }, ...virtual }],
    },
    { random: () => 0.5 },
  )
  opened.push(upstream, gateway)
  return {
    gateway,
    async ask(more = {}, headers = {}) {
      const before = upstream.received.length
      await (await gateway.chat({ model: 'v', messages, ...more }, { headers })).text()
      return upstream.received
        .slice(before)
        .map(({ body }) => (JSON.parse(body) as { model: string }).model)
        .join('')
    },
  }
}

const of = (...names: string[]) => ({ targets: names.map((model) => ({ model })) })
const price = (perMillion: number) => ({
  price: { inputPerMillion: perMillion, outputPerMillion: perMillion },
})

test('roundRobin takes turns, and a turn whose target fails goes to the next', async () => {
  const { ask } = await start({ roundRobin: of('a', 'b', 'c') }, { failing: 'b' })
  expect([await ask(), await ask(), await ask(), await ask()]).toEqual(['a', 'bc', 'c', 'a'])
})

test('cheapest goes by the price, and where it is unknown last', async () => {
  const { ask } = await start(
    { cheapest: of('a', 'b', 'c') },
    { models: { b: price(2), c: price(1) }, failing: 'cb' },
  )
  expect(await ask()).toBe('cba')
})

test('weighted and leastLatency go to one of their targets', async () => {
  const weighted = {
    targets: [
      { model: 'a', weight: 1 },
      { model: 'b', weight: 1e6 },
    ],
  }
  expect(await (await start({ weighted })).ask()).toBe('b')
  const { ask } = await start({ leastLatency: of('a', 'b') })
  const asked = [await ask({ stream: true }), await ask({ stream: true })]
  // Neither was measured: each gets its first call.
  expect(asked.sort()).toEqual(['a', 'b'])
})

test('leastLatency measures calls that do not stream by their answers, apart from streams', async () => {
  const { ask } = await start({ leastLatency: of('a', 'b') })
  // The stream measured one of them. For calls that do not stream both are unmeasured, so each gets one.
  await ask({ stream: true })
  const asked = [await ask(), await ask()]
  expect(asked.sort()).toEqual(['a', 'b'])
})

test('leastLatency leaves a target that refuses every call, though it never gave a token', async () => {
  const { ask } = await start(
    { leastLatency: of('a', 'b') },
    { failing: 'a', models: { a: { circuitBreaker: { consecutiveFailures: 1000 } } } },
  )
  const asked = []
  for (let call = 0; call < 6; call++) asked.push(await ask({ stream: true }))
  expect(asked.filter((each) => each.includes('a')).length).toBeLessThanOrEqual(1)
})

test('leastLatency tries a slow target again when it has not been measured for long', async () => {
  let nowMs = 0
  const upstream = await startUpstream((response, request) => {
    nowMs += request.body.includes('"a"') ? 50 : 10
    return good(response, request)
  })
  const params = { baseUrl: `${upstream.url}/v1` }
  const gateway = await startGateway(
    {
      models: ['a', 'b'].map((name) => ({ name, provider: 'custom', params })),
      virtualModels: [{ name: 'v', routing: { leastLatency: of('a', 'b') } }],
    },
    { monotonicMs: () => nowMs },
  )
  opened.push(upstream, gateway)
  const ask = async () => {
    await (await gateway.chat({ model: 'v', messages })).text()
    return (JSON.parse(upstream.received.at(-1)!.body) as { model: string }).model
  }
  await ask()
  await ask()
  expect(await ask()).toBe('b')
  nowMs += 40_000
  expect([await ask(), await ask()]).toEqual(['b', 'a'])
})

describe('conditional', () => {
  const conditional = {
    targets: [
      { model: 'a', when: "metadata.task == 'finance'" },
      { model: 'b', when: "request.max_tokens > 1000 || headers['x-tier'] == 'gold'" },
      { model: 'c' },
    ],
  }

  test.each<[string, object, Record<string, string>, string]>([
    ['the metadata decide', { metadata: { task: 'finance' } }, {}, 'a'],
    ['the request decides', { max_tokens: 2000 }, {}, 'b'],
    ['a header decides', {}, { 'X-Tier': 'gold' }, 'b'],
    ['none holds: the last', { metadata: { task: 'chat' }, max_tokens: 5 }, {}, 'c'],
    ['what is not there does not hold', {}, {}, 'c'],
    ['what is of another kind does not hold', { metadata: ['finance'], max_tokens: 'many' }, {}, 'c'],
  ])('%s', async (_what, more, headers, expected) => {
    const { ask } = await start({ conditional })
    expect(await ask(more, headers)).toBe(expected)
  })

  test('when the first that holds fails, the next that holds, and the last', async () => {
    const { ask } = await start({ conditional }, { failing: 'ab' })
    expect(await ask({ metadata: { task: 'finance' }, max_tokens: 2000 })).toBe('abc')
    expect(await ask({ metadata: { task: 'finance' } })).toBe('ac')
  })

  test('a pattern is one of RE2', async () => {
    // RE2 has `(?i)` and `\\pN`; JavaScript's regular expressions refuse the first and read the second in another way.
    const when = "request.messages[0].content.matches('(?i)^ORDER \\\\pN+$')"
    const { ask } = await start({ conditional: { targets: [{ model: 'a', when }, { model: 'b' }] } })
    const asked = (content: unknown) => ask({ messages: [{ role: 'user', content }] })
    expect([await asked('Order 66'), await asked('Order six'), await asked([{ type: 'text' }])]).toEqual([
      'a',
      'b',
      'b',
    ])
  })

  test('what does not hold inside a pattern leaves the rest of the condition', async () => {
    const when = "request.max_tokens.matches('1') || request.model.matches('v')"
    const { ask } = await start({ conditional: { targets: [{ model: 'a', when }, { model: 'b' }] } })
    expect(await ask({ max_tokens: 1 })).toBe('a')
  })

  test.each([
    'request.max_tokens * 2 > 100',
    '1 + request.max_tokens == 101',
    'request.max_tokens - size(request.messages) == 99',
    'request.max_tokens / 3 > 33',
    'request.max_tokens % 7 == 2',
  ])('numbers of the request can be reckoned with: %s', async (when) => {
    const { ask } = await start({ conditional: { targets: [{ model: 'a', when }, { model: 'b' }] } })
    expect([await ask({ max_tokens: 100 }), await ask({ max_tokens: 10 }), await ask()]).toEqual([
      'a',
      'b',
      'b',
    ])
  })

  test.each([
    ["request.user in ['a', 1]", 'a'],
    ["string(request.max_tokens).matches('^1')", 'a'],
    // Only what is true holds, and not all that is there.
    ['request.user', 'b'],
  ])('%s: to %s', async (when, expected) => {
    const { ask } = await start({ conditional: { targets: [{ model: 'a', when }, { model: 'b' }] } })
    expect(await ask({ user: 'a', max_tokens: 10 })).toBe(expected)
  })

  test.each([undefined, null, 'task', ['task']])(
    'metadata that are no map are empty: %j',
    async (metadata) => {
      const when = "metadata == {} && !('task' in metadata)"
      const { ask } = await start({ conditional: { targets: [{ model: 'a', when }, { model: 'b' }] } })
      expect(await ask({ metadata })).toBe('a')
    },
  )

  test.each(['authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'api-key', 'x-goog-api-key'])(
    'no condition sees a credential: %s',
    async (name) => {
      const when = `'${name}' in headers`
      const { ask } = await start({ conditional: { targets: [{ model: 'a', when }, { model: 'b' }] } })
      expect(await ask({}, { [name]: 'x' })).toBe('b')
    },
  )
})

describe('a target without its key', () => {
  const keyless = { provider: 'openai', params: { apiKey: '$OPENAI_API_KEY' } }

  test('is passed over', async () => {
    const { ask } = await start({ roundRobin: of('a', 'b') }, { models: { a: keyless } })
    expect([await ask(), await ask()]).toEqual(['b', 'b'])
  })

  test('when it is the only one, the answer says what to set', async () => {
    const { gateway } = await start({ cheapest: of('a') }, { models: { a: keyless } })
    const response = await gateway.chat({ model: 'v', messages })
    expect(response.status).toBe(503)
    expect(await response.text()).toMatch(/Set OPENAI_API_KEY.*model_unavailable/)
    const list = (await (await fetch(`${gateway.url}/v1/models/v`)).json()) as object
    expect(list).toMatchObject({ available: false, reason: expect.stringContaining('Set OPENAI_API_KEY') })
  })

  test('when it and all others are, each reason is told once', async () => {
    const other = { provider: 'groq', params: { apiKey: '$GROQ_API_KEY' } }
    const { gateway } = await start(
      { cheapest: of('a', 'b', 'c') },
      { models: { a: keyless, b: keyless, c: other } },
    )
    const text = await (await gateway.chat({ model: 'v', messages })).text()
    expect(text.match(/Set \w+/g)).toEqual(['Set OPENAI_API_KEY', 'Set GROQ_API_KEY'])
  })

  test('when no condition holds and it is the last, the answer says so', async () => {
    const targets = [{ model: 'b', when: 'request.stream == true' }, { model: 'a' }]
    const { gateway, ask } = await start({ conditional: { targets } }, { models: { a: keyless } })
    expect(await ask({ stream: true })).toBe('b')
    const response = await gateway.chat({ model: 'v', messages })
    expect(response.status).toBe(503)
    expect(await response.text()).toMatch(/No condition .* holds\. Set OPENAI_API_KEY/)
  })
})

test('the models list names virtual models first, with where they lead', async () => {
  const { gateway } = await start(
    { roundRobin: of('a', 'b') },
    { models: { b: { provider: 'simulator' } }, description: 'Either' },
  )
  const list = (await (await fetch(`${gateway.url}/v1/models`)).json()) as { data: { id: string }[] }
  expect(list.data.map(({ id }) => id)).toEqual(['v', 'a', 'b', 'c'])
  expect(list.data[0]).toEqual({
    id: 'v',
    object: 'model',
    created: 1_767_225_600,
    owned_by: 'gateway',
    available: true,
    simulated: true,
    discovered: false,
    virtual: true,
    strategy: 'roundRobin',
    targets: ['a', 'b'],
    description: 'Either',
  })
})

test('a mistyped name of a virtual model gets a suggestion', async () => {
  const { gateway } = await start({ cheapest: of('a') })
  const response = await gateway.chat({ model: 'vv', messages })
  expect(await response.text()).toContain('Did you mean \\"v\\"')
})

test('the books name the virtual model as asked, and the target as served', async () => {
  const { gateway, ask } = await start({ roundRobin: of('a', 'b') }, { models: { a: price(1) } })
  await ask()
  await expect
    .poll(() => gateway.logs.at(-1))
    .toMatchObject({ model: 'v', provider: 'custom', outcome: 'ok' })
  expect(
    await gateway.sample('gen_ai_server_request_duration_seconds_count', 'gen_ai_request_model="v"'),
  ).toBe(1)
})
