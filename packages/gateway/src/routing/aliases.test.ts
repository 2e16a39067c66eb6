/** Further names of a model, through the HTTP API: a call by an alias is a call of the model that it stands for. */
import { describe, expect, test } from 'vitest'
import { bearer, goodAnswer, keyOf } from '../testing/door.ts'
import { type ErrorBody, messages, type RunningGateway, startGateway, toConfig } from '../testing/gateway.ts'
import { cards } from '../testing/guarded.ts'
import { useOpened } from '../testing/opened.ts'
import { good, sign } from '../testing/token-door.ts'
import { startUpstream, type Upstream } from '../testing/upstream.ts'
import { createCatalogue } from './catalogue.ts'

const opened = useOpened()
let gateway: RunningGateway
let upstream: Upstream

/** `m`, also called `gpt-4` and `gpt`, and the virtual model `v`, also called `quick`, which leads to `n`. */
async function start(policies: object = {}, secret = ''): Promise<void> {
  upstream = await startUpstream(goodAnswer)
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-1' }
  const llm = {
    models: [
      { name: 'm', aliases: ['gpt-4', 'gpt'], provider: 'custom', params },
      { name: 'n', provider: 'custom', params },
      { name: 'claude', aliases: ['opus'], provider: 'anthropic', params },
    ],
    virtualModels: [
      { name: 'v', aliases: ['quick'], routing: { roundRobin: { targets: [{ model: 'n' }] } } },
    ],
    policies,
  }
  gateway = await startGateway(llm, { variables: { SECRET: secret } })
  opened.push(upstream, gateway)
}

interface ListBody {
  data: { id: string; aliases?: string[] }[]
}

const key = { apiKeys: { mode: 'strict', keys: [keyOf('a', { allowedModels: ['m'] })] } }

test.each([
  ['gpt-4', 'm'],
  ['gpt', 'm'],
  ['quick', 'n'],
])('a call of %s goes to the model %s, under its name there', async (model, asked) => {
  await start()
  const response = await gateway.chat({ model, messages })
  expect([response.status, response.headers.get('x-gateway-target')]).toEqual([200, asked])
  expect(JSON.parse(upstream.received[0]!.body)).toEqual({ model: asked, messages })
})

test('a call by an alias is measured under the name', async () => {
  await start()
  await (await gateway.chat({ model: 'gpt-4', messages })).text()
  const requests = 'gen_ai_server_request_duration_seconds_count'
  expect(await gateway.sample(requests, 'gen_ai_request_model="m"')).toBe(1)
  expect(await gateway.sample(requests, 'gpt-4')).toBe(0)
})

test('calls by name and by alias share one limit', async () => {
  await start({ rateLimits: [{ per: ['model'], requestsPerMinute: 2, burst: 2 }] })
  const statuses: number[] = []
  for (const model of ['m', 'gpt-4', 'gpt', 'm', 'n']) {
    const response = await gateway.chat({ model, messages })
    await response.text()
    statuses.push(response.status)
  }
  expect(statuses).toEqual([200, 200, 429, 429, 200])
})

test('a guardrail of the model holds for its aliases', async () => {
  await start({ guardrails: [{ ...cards, models: ['m'] }] })
  await (
    await gateway.chat({ model: 'gpt-4', messages: [{ role: 'user', content: '4111 1111 1111 1111' }] })
  ).text()
  expect(upstream.received[0]!.body).not.toContain('4111')
})

describe('a key that may call only m', () => {
  test.each([
    ['gpt-4', 200],
    ['quick', 403],
  ])('calls %s: %i', async (model, status) => {
    await start(key)
    expect((await gateway.chat({ model, messages }, bearer('key-of-a'))).status).toBe(status)
  })

  test('is told no more of a model than what it asked for', async () => {
    await start(key)
    const { error } = (await (
      await gateway.chat({ model: 'quick', messages }, bearer('key-of-a'))
    ).json()) as ErrorBody
    expect(error.message).toBe('"quick" is not among the models of a: m.')
  })
})

test('a token whose claim has an alias calls the model by it, and sees it in the list', async () => {
  const secret = 'a shared secret that is long enough for HS256'
  const of = { issuer: 'https://issuer', audience: 'gateway' }
  const claims = { allowedModels: 'models' }
  await start({ jwt: { mode: 'strict', secret: '$SECRET', ...of, claims } }, secret)
  const token = await sign({ ...good, models: ['gpt-4'] })
  const { status } = await gateway.chat({ model: 'gpt-4', messages }, bearer(token))
  const list = (await (await fetch(`${gateway.url}/v1/models`, bearer(token))).json()) as ListBody
  expect([status, list.data.map(({ id }) => id)]).toEqual([200, ['m']])
})

describe('GET /v1/models', () => {
  test('lists each model once, with its aliases', async () => {
    await start()
    const { data } = (await (await fetch(`${gateway.url}/v1/models`)).json()) as ListBody
    expect(data.map(({ id, aliases }) => [id, aliases])).toEqual([
      ['v', ['quick']],
      ['m', ['gpt-4', 'gpt']],
      ['n', undefined],
      ['claude', ['opus']],
    ])
  })

  test.each([
    ['gpt-4', {}, { id: 'm' }],
    ['quick', {}, { id: 'v' }],
    ['opus', { 'anthropic-version': '2023-06-01' }, { id: 'claude' }],
  ])('finds %s', async (name, headers, item) => {
    await start()
    expect(await (await fetch(`${gateway.url}/v1/models/${name}`, { headers })).json()).toMatchObject(item)
  })
})

test('an unknown name is told the alias that is nearest', async () => {
  await start()
  const { error } = (await (await gateway.chat({ model: 'gpt-5', messages })).json()) as ErrorBody
  expect(error.message).toContain('Did you mean "gpt-4"')
})

test('connections are opened ahead for an alias too, and told under it', async () => {
  await start()
  const response = await fetch(`${gateway.url}/connections`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ models: ['gpt-4'] }),
  })
  expect(await response.json()).toMatchObject({ data: [{ model: 'gpt-4', calls: 1, ready: 1 }] })
})

test('a model that is found at start does not take an alias away', () => {
  const config = toConfig({
    models: [{ name: 'm', aliases: ['ollama/llama3.2'], provider: 'openai', params: { apiKey: 'sk-1' } }],
  })
  const catalogue = createCatalogue(config, { startedAtS: 0 })
  catalogue.add([{ ...config.models[0]!, name: 'ollama/llama3.2', aliases: [] }])
  expect([catalogue.nameOf('ollama/llama3.2'), catalogue.list().length]).toEqual(['m', 1])
})

test.each([
  [
    'a name that a model has',
    { models: [model('a', ['b']), model('b')] },
    'llm.models[0].aliases[0] (line 1): the name "b" is taken by llm.models[1]; names must differ',
  ],
  [
    'an alias given twice',
    { models: [model('a', ['x']), model('b', ['y', 'x'])] },
    'llm.models[1].aliases[1] (line 1): the name "x" is taken by llm.models[0]; names must differ',
  ],
  [
    'its own name',
    { models: [model('a', ['a'])] },
    'llm.models[0].aliases[0] (line 1): the name "a" is taken by llm.models[0]; names must differ',
  ],
  [
    'an alias as a target',
    {
      models: [model('a', ['x'])],
      virtualModels: [{ name: 'v', routing: { cheapest: { targets: [{ model: 'x' }] } } }],
    },
    'llm.virtualModels[0].routing.cheapest.targets[0].model (line 1): "x" is an alias; write "a"',
  ],
  [
    'an alias among the models of a key',
    { models: [model('a', ['x'])], policies: { apiKeys: { keys: [keyOf('k', { allowedModels: ['x'] })] } } },
    'llm.policies.apiKeys.keys[0].allowedModels[0] (line 1): "x" is an alias; write "a"',
  ],
])('%s is a fault', (_what, llm, fault) => {
  expect(() => toConfig(llm)).toThrow(new Error(fault))
})

function model(name: string, aliases: string[] = []): object {
  return { name, aliases, provider: 'openai', params: { apiKey: 'sk-1' } }
}
