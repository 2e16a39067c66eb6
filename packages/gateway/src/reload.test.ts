/** What a new gateway.yaml changes, and what it leaves as it was. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { hashKey } from './admission/api-keys.ts'
import { done, finish, role, token } from './testing/chunks.ts'
import { bearer, goodAnswer, keyOf } from './testing/door.ts'
import { codeOf, messages, oneModel, startGateway } from './testing/gateway.ts'
import { json, stream, type Upstream } from './testing/upstream.ts'
import { useServers } from './testing/use-servers.ts'

const { serve, start } = useServers()

const plain = { model: 'm', messages }
const admin = { apiKeys: { keys: [keyOf('boss', { isAdmin: true })] } }

test('a new limit on the length of bodies takes effect with the next call', async () => {
  const { url } = await serve()
  const gateway = await start(oneModel(url))
  const long = { ...plain, user: 'x'.repeat(5_000_000) }
  expect((await gateway.chat(long)).status).toBe(200)
  gateway.reload({ ...oneModel(url), policies: { bodyBytesMax: 5_000_000 } })
  const refused = await gateway.chat(long)
  expect(refused.status).toBe(413)
  expect(await refused.text()).toContain('larger than 5000000 bytes')
})

test('a running stream keeps its config, and the next call follows the new one', async () => {
  const going = Promise.withResolvers<void>()
  const pieces = [role, token('a'), token('b'), finish, done]
  const old = await serve(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(pieces.slice(0, 2).join(''))
    await going.promise
    response.end(pieces.slice(2).join(''))
  })
  const next = await serve()
  const gateway = await start(oneModel(old.url))
  const response = await gateway.chat({ ...plain, stream: true, stream_options: { include_usage: true } })

  gateway.reload(oneModel(next.url))
  expect((await gateway.chat(plain)).status).toBe(200)
  expect(next.received).toHaveLength(1)
  going.resolve()
  expect(await response.text()).toBe(pieces.join(''))
  expect(old.received).toHaveLength(1)
})

test('round robin continues where it was, unless the targets have changed', async () => {
  const [a, b] = [await serve(), await serve()]
  const params = ({ url }: Upstream) => ({ baseUrl: `${url}/v1` })
  const inTurn = (order: string[], ...more: object[]) => ({
    models: [
      { name: 'a', provider: 'custom', params: params(a) },
      { name: 'b', provider: 'custom', params: params(b) },
      ...more,
    ],
    virtualModels: [{ name: 'v', routing: { roundRobin: { targets: order.map((model) => ({ model })) } } }],
  })
  const gateway = await start(inTurn(['a', 'b']))
  const askInTurn = async () => {
    await gateway.chat({ model: 'v', messages })
    return [a.received.length, b.received.length]
  }
  expect(await askInTurn()).toEqual([1, 0])
  gateway.reload(inTurn(['a', 'b'], { name: 'c', provider: 'custom', params: params(a) }))
  expect(await askInTurn()).toEqual([1, 1])
  gateway.reload(inTurn(['b', 'a']))
  expect(await askInTurn()).toEqual([1, 2])
  gateway.reload(inTurn(['a', 'b']))
  expect(await askInTurn()).toEqual([2, 2])
  gateway.reload(inTurn(['b', 'a']))
  expect(await askInTurn()).toEqual([2, 3])
})

test('with the next call a removed key is refused, and a new one is accepted', async () => {
  const going = Promise.withResolvers<void>()
  const upstream = await serve(async (response, request) => {
    if (request.body.includes('wait')) await going.promise
    await goodAnswer(response, request)
  })
  const withKey = (id: string) => ({
    ...oneModel(upstream.url),
    policies: { apiKeys: { keys: [keyOf(id)] } },
  })
  const gateway = await start(withKey('old'))
  const arrived = upstream.next()
  const running = gateway.chat({ ...plain, user: 'wait' }, bearer('key-of-old'))
  await arrived

  gateway.reload(withKey('new'))
  expect(await codeOf(await gateway.chat(plain, bearer('key-of-old')))).toBe('invalid_api_key')
  expect(await codeOf(await gateway.chat(plain, bearer('key-of-new')))).toBe(null)
  going.resolve()
  expect(await codeOf(await running)).toBe(null)
})

test('an old and a new key are the same caller as long as both hashes are in the config', async () => {
  const upstream = await serve()
  const withHashes = (...keys: string[]) => ({
    ...oneModel(upstream.url),
    policies: {
      rateLimits: [{ requestsPerMinute: 3 }],
      apiKeys: { keys: [{ id: 'team', keyHash: keys.map(hashKey), isAdmin: true }] },
    },
  })
  const gateway = await start(withHashes('old'))
  const codeFor = async (key: string) => codeOf(await gateway.chat(plain, bearer(key)))
  expect([await codeFor('old'), await codeFor('new')]).toEqual([null, 'invalid_api_key'])
  gateway.reload(withHashes('old', 'new'))
  const callers = await fetch(`${gateway.url}/admin/callers`, bearer('new'))
  expect(await callers.json()).toMatchObject({ data: [{ id: 'team', limits: [{}] }] })
  expect([await codeFor('old'), await codeFor('new')]).toEqual([null, null])
  gateway.reload(withHashes('new'))
  expect([await codeFor('old'), await codeFor('new')]).toEqual(['invalid_api_key', 'rate_limited'])
})

test('an open breaker stays open, its new cooldown counts, and another key makes another target', async () => {
  const upstream = await serve(json({ error: { message: 'down' } }, 500))
  const withBreaker = (cooldownMs: number, apiKey = 'k') => ({
    models: [
      {
        name: 'm',
        provider: 'custom',
        params: { baseUrl: `${upstream.url}/v1`, apiKey },
        circuitBreaker: { consecutiveFailures: 1, cooldownMs },
      },
    ],
  })
  const gateway = await start(withBreaker(60_000))
  expect((await gateway.chat(plain)).status).toBe(500)
  gateway.reload({ ...withBreaker(60_000), virtualModels: [] })
  expect(await codeOf(await gateway.chat(plain))).toBe('targets_resting')
  gateway.reload(withBreaker(30_000))
  expect(gateway.gateway.targets()).toMatchObject([{ breaker: 'open' }])
  const { msUntilProbe } = gateway.gateway.targets()[0]!
  expect(msUntilProbe).toBeGreaterThan(0)
  expect(msUntilProbe).toBeLessThanOrEqual(30_000)

  gateway.reload(withBreaker(60_000, 'another'))
  expect((await gateway.chat(plain)).status).toBe(500)
})

test('a removed target is forgotten when its last call is over', async () => {
  const going = Promise.withResolvers<void>()
  const upstream = await serve(async (response, request) => {
    await going.promise
    await goodAnswer(response, request)
  })
  const gateway = await start(oneModel(upstream.url))
  const arrived = upstream.next()
  const running = gateway.chat(plain)
  await arrived
  gateway.reload({})
  expect(gateway.gateway.targets()).toMatchObject([{ target: 'm', pending: 1 }])
  expect(await codeOf(await gateway.chat(plain))).toBe('model_not_found')
  going.resolve()
  expect((await running).status).toBe(200)
  await expect.poll(() => gateway.gateway.targets()).toEqual([])
  expect(await (await fetch(gateway.metricsUrl)).text()).not.toMatch(/^gateway_breaker_state\{/m)
})

test('found models stay, under the new policies, for as long as their server is named', async () => {
  const nearby = await serve((response, request) =>
    request.url === '/v1/models'
      ? json({ object: 'list', data: [{ id: 'a' }] })(response, request)
      : goodAnswer(response, request),
  )
  const discovery = [{ provider: 'ollama', baseUrl: `${nearby.url}/v1` }]
  const gateway = await start({ discovery })
  await gateway.gateway.discover([])
  const asked = { model: 'ollama/a', messages }
  gateway.reload({ discovery, policies: { rateLimits: [{ requestsPerMinute: 1 }] } })
  expect(await codeOf(await gateway.chat(asked))).toBe(null)
  expect(await codeOf(await gateway.chat(asked))).toBe('rate_limited')
  // Under the same name, another address is another server.
  gateway.reload({ discovery: [{ provider: 'ollama', baseUrl: 'http://127.0.0.1:1/v1' }] })
  expect(await codeOf(await gateway.chat(asked))).toBe('model_not_found')
  gateway.reload({})
  expect(await codeOf(await gateway.chat(asked))).toBe('model_not_found')
})

test('a server that the new config names is searched for at once', async () => {
  const nearby = await serve(json({ object: 'list', data: [{ id: 'a' }] }))
  const gateway = await start({})
  await gateway.gateway.discover([])
  gateway.reload({ discovery: [{ provider: 'ollama', baseUrl: `${nearby.url}/v1` }] })
  await expect.poll(async () => (await fetch(`${gateway.url}/v1/models/ollama/a`)).status).toBe(200)
})

test('an issuer’s keys are not loaded again', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const issuer = await serve(json({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256' }] }))
  const upstream = await serve()
  const credential = await new SignJWT({})
    .setProtectedHeader({ alg: 'RS256', kid: 'k' })
    .setSubject('alice')
    .setIssuer('i')
    .setAudience('g')
    .setExpirationTime(new Date('2026-01-01T01:00:00Z'))
    .sign(privateKey)
  const jwt = { jwks: `${issuer.url}/jwks`, issuer: 'i', audience: 'g' }
  const gateway = await start({ ...oneModel(upstream.url), policies: { jwt } })
  expect(await codeOf(await gateway.chat(plain, bearer(credential)))).toBe(null)
  gateway.reload({ ...oneModel(upstream.url), policies: { jwt: { ...jwt, mode: 'optional' } } })
  expect(await codeOf(await gateway.chat(plain, bearer(credential)))).toBe(null)
  expect(issuer.received).toHaveLength(1)
})

test('audit lines go where the new config says, and none is lost on the way', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reload-'))
  const upstream = await serve()
  const withAudit = (name: string | null) => ({
    ...oneModel(upstream.url),
    policies: name === null ? {} : { audit: { path: join(folder, name) } },
  })
  const gateway = await startGateway(withAudit('a.log'))
  for (const name of ['b.log', null, 'c.log']) {
    const calls = gateway.logs.length
    await (await gateway.chat(plain)).text()
    await expect.poll(() => gateway.logs.length).toBeGreaterThan(calls)
    gateway.reload(withAudit(name))
  }
  await (await gateway.chat(plain)).text()
  await gateway.close()
  for (const name of ['a.log', 'b.log', 'c.log']) {
    expect((await readFile(join(folder, name), 'utf8')).trim().split('\n')).toHaveLength(1)
  }
  await rm(folder, { recursive: true })
})

test('calls that are older than the new config keeps are forgotten with the next one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reload-'))
  const upstream = await serve()
  const keeping = (keepDays: number) => ({
    ...oneModel(upstream.url),
    policies: { ...admin, books: { keepDays } },
  })
  let now = new Date('2026-01-01T00:00:00Z')
  const gateway = await startGateway(keeping(40), { booksPath: join(folder, 'books.db'), date: () => now })
  const callsBooked = async () => {
    await (await gateway.chat(plain, bearer('key-of-boss'))).text()
    const usage = await fetch(`${gateway.url}/admin/usage`, bearer('key-of-boss'))
    return ((await usage.json()) as { total: { calls: number } }).total.calls
  }
  expect(await callsBooked()).toBe(1)
  now = new Date('2026-02-01T00:00:00Z')
  expect(await callsBooked()).toBe(2)
  gateway.reload(keeping(20))
  expect(await callsBooked()).toBe(2)
  await gateway.close()
  await rm(folder, { recursive: true })
})

test('of two edits the newer one wins, even if the older one’s budgets are known later', async () => {
  const { url } = await serve()
  const gateway = await start(oneModel(url))
  const budgets = [{ per: 'caller', usd: 1, period: 'day' }]
  gateway.reload({ ...oneModel(url, { description: 'older' }), policies: { budgets } })
  gateway.reload(oneModel(url, { description: 'newer' }))
  // The books answer in order: when `ready` resolves, the budgets of the older edit are known too.
  await gateway.gateway.ready()
  expect(await (await fetch(`${gateway.url}/v1/models/m`)).json()).toMatchObject({ description: 'newer' })
  expect(gateway.logs.filter(({ msg }) => String(msg).includes('takes effect'))).toHaveLength(1)
})

test('a stream stays whole, byte for byte, however often the config changes meanwhile', async () => {
  const pieces = [role, ...Array.from({ length: 200 }, (_, index) => token(`t${index} `)), finish, done]
  const upstream = await serve(stream(pieces))
  const gateway = await start(oneModel(upstream.url))
  const response = await gateway.chat({ ...plain, stream: true, stream_options: { include_usage: true } })
  const changing = setInterval(
    () => gateway.reload(oneModel(upstream.url, { description: String(Math.random()) })),
    1,
  )
  expect(await response.text()).toBe(pieces.join(''))
  clearInterval(changing)
})
