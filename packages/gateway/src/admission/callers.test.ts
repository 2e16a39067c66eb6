import { afterEach, expect, test } from 'vitest'
import { bearer, type Door, keyOf, openDoor, providerKey } from '../testing/door.ts'
import { type ErrorBody, messages } from '../testing/gateway.ts'
import { toCallersList } from './admin.ts'
import type { Admission } from './admission.ts'
import { toLimitRules } from './limit-rule.ts'

let door: Door
afterEach(() => door.close())

const keys = [
  keyOf('search', { tenant: 'find', allowedModels: ['m'], tags: { team: 'search' } }),
  keyOf('boss', { isAdmin: true }),
]
const plain = { model: 'm', messages }
const streaming = { ...plain, stream: true }

async function start(apiKeys: object, more: object = {}): Promise<Door['gateway']> {
  door = await openDoor({ apiKeys: { keys, ...apiKeys }, ...more })
  return door.gateway
}

test.each([
  ['off', 'none', 200],
  ['off', 'wrong', 200],
  ['off', 'key-of-search', 200],
  ['optional', 'none', 200],
  ['optional', 'wrong', 401],
  ['optional', 'key-of-search', 200],
  ['strict', 'none', 401],
  ['strict', 'wrong', 401],
  ['strict', 'key-of-search', 200],
])('mode %s with key %s: %i', async (mode, key, status) => {
  const gateway = await start({ mode })
  const init = key === 'none' ? {} : bearer(key)
  for (const body of [plain, streaming]) {
    const response = await gateway.chat(body, init)
    await response.text()
    expect(response.status).toBe(status)
  }
  expect(door.upstream.received).toHaveLength(status === 200 ? 2 : 0)
})

test.each([
  ['no key', {}, 'missing_api_key', 'Bearer realm="gateway"'],
  [
    'a wrong key',
    bearer('nobody-has-me'),
    'invalid_api_key',
    'Bearer realm="gateway", error="invalid_token"',
  ],
  [
    'a wrong key with the dots of a token',
    bearer('a.b.c'),
    'invalid_api_key',
    'Bearer realm="gateway", error="invalid_token"',
  ],
  [
    'another scheme',
    { headers: { authorization: 'Basic a2V5LW9mLXNlYXJjaA==' } },
    'invalid_api_key',
    'Bearer realm="gateway", error="invalid_token"',
  ],
])(
  '%s: 401 in OpenAI’s form, with what to do, before the body is looked at',
  async (_what, init, code, challenge) => {
    const gateway = await start({})
    const response = await gateway.chat('{ this is no JSON', init)
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, challenge])
    expect(await response.json()).toEqual({
      error: {
        message: expect.stringMatching(/Bearer <key>|npm run gateway:key -- <id>/),
        type: 'authentication_error',
        code,
        param: null,
      },
    })
    expect(await gateway.sample('gateway_refused_total', `reason="${code}"`)).toBe(1)
  },
)

test('a key in `x-api-key`, as Anthropic’s clients send it, is accepted too', async () => {
  const gateway = await start({})
  const response = await gateway.chat(plain, { headers: { 'x-api-key': 'key-of-boss' } })
  expect(response.status).toBe(200)
})

test('the scheme is read in any case, with any number of spaces after it', async () => {
  const gateway = await start({})
  for (const authorization of ['bearer key-of-boss', 'BEARER   key-of-boss ']) {
    expect((await gateway.chat(plain, { headers: { authorization } })).status).toBe(200)
  }
})

test('the caller’s credentials never go to the provider, which gets its own key', async () => {
  const gateway = await start({})
  await gateway.chat(plain, { headers: { ...bearer('key-of-boss').headers, 'x-api-key': 'another' } })
  const [{ headers } = { headers: {} }] = door.upstream.received
  expect(headers).toMatchObject({ authorization: `Bearer ${providerKey}` })
  expect(JSON.stringify(headers)).not.toMatch(/key-of-boss|another/)
})

test.each(['n', 'no-such-model'])(
  'a model that the key may not use: 403, nothing sent: %s',
  async (model) => {
    const gateway = await start({})
    const response = await gateway.chat({ ...plain, model }, bearer('key-of-search'))
    expect(response.status).toBe(403)
    expect(await response.json()).toEqual({
      error: {
        message: `"${model}" is not among the models of search: m.`,
        type: 'permission_error',
        code: 'model_not_allowed',
        param: null,
      },
    })
    expect(door.upstream.received).toEqual([])
    expect(await gateway.sample('gateway_refused_total', 'reason="model_not_allowed"')).toBe(1)
  },
)

test('of a long name of a model the refusal repeats no more than its beginning', async () => {
  const gateway = await start({})
  const response = await gateway.chat({ ...plain, model: 'x'.repeat(300) }, bearer('key-of-search'))
  const { error } = (await response.json()) as ErrorBody
  expect(error.message).toContain(`"${'x'.repeat(200)}" is not among`)
})

test('the models list shows the models that the key is allowed to use, and nothing to others', async () => {
  const { url } = await start({})
  const list = (init?: RequestInit) => fetch(`${url}/v1/models`, init)
  const idsFor = async (key: string) => {
    const { data } = (await (await list(bearer(key))).json()) as { data: { id: string }[] }
    return data.map(({ id }) => id)
  }
  expect(await idsFor('key-of-search')).toEqual(['m'])
  expect(await idsFor('key-of-boss')).toEqual(['m', 'n'])
  expect((await list()).status).toBe(401)
  const one = (name: string) => fetch(`${url}/v1/models/${name}`, bearer('key-of-search'))
  expect([(await one('m')).status, (await one('n')).status]).toEqual([200, 403])
  // A health check needs no key.
  expect((await fetch(`${url}/health`)).status).toBe(200)
})

const callers = (url: string, key?: string) => fetch(`${url}/admin/callers`, key ? bearer(key) : {})

test('an admin sees callers and what is left of their limits, and no hash', async () => {
  const rateLimits = [
    { requestsPerMinute: 60, burst: 5 },
    { per: ['model'], tokensPerMinute: 90_000 },
    { concurrency: 4 },
    { per: ['tenant'], requestsPerMinute: 10 },
  ]
  const gateway = await start({ mode: 'optional' }, { rateLimits })
  await (await gateway.chat({ ...plain, max_tokens: 10 }, bearer('key-of-search'))).text()
  await (await gateway.chat({ ...plain, max_tokens: 10 })).text()
  const response = await callers(gateway.url, 'key-of-boss')
  const text = await response.text()
  const used = [
    { limit: 'policies[0]', requests: { perMinute: 60, burst: 5, remaining: 4 } },
    { limit: 'policies[2]', concurrency: { limit: 4, running: 0 } },
  ]
  expect(JSON.parse(text)).toEqual({
    object: 'list',
    data: [
      {
        id: 'search',
        tenant: 'find',
        allowedModels: ['m'],
        tags: { team: 'search' },
        isAdmin: false,
        limits: used,
      },
      { id: 'boss', tenant: null, allowedModels: null, tags: {}, isAdmin: true, limits: [] },
      { id: 'ip:127.0.0.1', limits: used },
    ],
    sharedLimits: [
      {
        limit: 'policies[1]',
        model: 'm',
        tokens: { perMinute: 90_000, burst: 90_000, remaining: expect.any(Number) },
      },
      ...['find', null].map((tenant) => ({
        limit: 'policies[3]',
        tenant,
        requests: { perMinute: 10, burst: 10, remaining: 9 },
      })),
    ],
  })
  expect(text).not.toMatch(/sha256|[0-9a-f]{64}/)
})

test('callers who are not admins are refused', async () => {
  const { url } = await start({ mode: 'optional' })
  expect((await callers(url, 'key-of-search')).status).toBe(403)
  expect((await callers(url)).status).toBe(403)
  expect((await callers(url, 'wrong')).status).toBe(401)
  expect((await fetch(`${url}/admin/nothing`, bearer('key-of-boss'))).status).toBe(404)
})

test.each([
  ['no key is an admin’s', { mode: 'strict', keys: [keyOf('search')] }],
  ['keys are off', { mode: 'off' }],
])('there is no /admin where %s', async (_what, apiKeys) => {
  const { url } = await start(apiKeys)
  for (const key of [undefined, 'key-of-boss', 'key-of-search']) {
    const response = await callers(url, key)
    expect([response.status, ((await response.json()) as ErrorBody).error.code]).toEqual([404, 'not_found'])
  }
})

test('thousands of callers that no key names are listed in a time that grows with their number', () => {
  let reads = 0
  const [rule] = toLimitRules('policies', [{ per: ['caller'], requestsPerMinute: 1 }])
  const counters = Array.from({ length: 1_000 }, (_, index) => ({
    ...{ rule: rule!, requests: null, tokens: null, running: 0 },
    get subject() {
      reads++
      return { caller: `ip:${index}`, tenant: null, model: 'm' }
    },
  }))
  const admission = { listCallers: () => [], listCounters: () => counters } as unknown as Admission
  expect(toCallersList(admission).data).toHaveLength(1_000)
  expect(reads).toBeLessThan(10_000)
})
