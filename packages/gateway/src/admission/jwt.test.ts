import fc from 'fast-check'
import type { JWTPayload } from 'jose'
import { afterEach, expect, test } from 'vitest'
import { bearer, type Door, keyOf } from '../testing/door.ts'
import { good, nowS, openTokenDoor, sign, type TokenDoor } from '../testing/token-door.ts'

let door: TokenDoor
afterEach(() => door.close())

const chat = (credential: string | null, model?: string) => door.chat(credential, model)

async function start(jwt?: object, more?: object): Promise<Door['gateway']> {
  door = await openTokenDoor(jwt, more)
  return door.gateway
}

test('a good token is let in', async () => {
  await start()
  expect(await chat(await sign(good))).toMatchObject({ status: 200 })
  expect(door.upstream.received[0]?.headers.authorization).toBe('Bearer sk-of-the-gateway')
})

const withoutExp: JWTPayload = { sub: 'alice', iss: 'https://issuer', aud: 'gateway' }

test.each<[string, JWTPayload, string]>([
  ['expired', { ...good, exp: nowS - 60 }, 'it has expired'],
  ['without an end', withoutExp, 'its claim exp'],
  ['not yet valid', { ...good, nbf: nowS + 60 }, 'it is not valid yet, by the clock of this gateway'],
  ['of another issuer', { ...good, iss: 'https://elsewhere' }, 'its claim iss'],
  ['for somebody else', { ...good, aud: 'bank' }, 'its claim aud'],
  ['of nobody', { ...good, sub: '' }, 'its claim sub'],
  ['of a number', { ...good, sub: 7 as unknown as string }, 'its claim sub'],
  ['of a name without end', { ...good, sub: 'a'.repeat(201) }, 'its claim sub'],
])('a token that is %s is refused, and nothing goes up', async (_what, claims, why) => {
  await start()
  const token = await sign(claims)
  const { status, code, message, response } = await chat(token)
  expect([status, code]).toEqual([401, 'invalid_token'])
  expect(message).toContain(why)
  expect(message).not.toContain(token)
  expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
  expect(door.upstream.received).toEqual([])
})

test('another secret, alg none, a changed payload and no JWT at all are refused', async () => {
  await start()
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const [head, , signature] = (await sign(good)).split('.')
  const wrong = [
    await sign(good, { alg: 'HS256' }, new TextEncoder().encode('x'.repeat(40))),
    `${encode({ alg: 'none', typ: 'JWT' })}.${encode(good)}.`,
    `${encode({ alg: 'None' })}.${encode(good)}.${signature}`,
    `${head}.${encode({ ...good, sub: 'root' })}.${signature}`,
    'a.b.c',
    '..',
    'no-token',
  ]
  for (const token of wrong) expect(await chat(token)).toMatchObject({ status: 401, code: 'invalid_token' })
  expect(await chat('no-token')).toMatchObject({ message: expect.stringContaining('it is not a JWT') })
  expect(await chat(null)).toMatchObject({ status: 401, code: 'missing_api_key' })
  expect(door.upstream.received).toEqual([])
})

test('whatever is sent as a credential is answered with 401, never with an internal error', async () => {
  await start({}, { apiKeys: { keys: [keyOf('search')] } })
  const part = fc.oneof(
    fc.base64String({ maxLength: 40 }),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
  )
  const visible = fc.stringMatching(/^[\x21-\x7e]{1,60}$/)
  const credential = fc.oneof(
    visible,
    fc.tuple(part, part, part).map((parts) => parts.join('.')),
  )
  await fc.assert(
    fc.asyncProperty(credential, async (text) => {
      expect((await chat(text)).status).toBe(401)
    }),
    { numRuns: 200 },
  )
})

test('where tokens are optional, a call without one is admitted and one with a wrong one is not', async () => {
  await start({ mode: 'optional' })
  expect(await chat(null)).toMatchObject({ status: 200 })
  expect(await chat(await sign({ ...good, aud: 'bank' }))).toMatchObject({ status: 401 })
})

test('where tokens are off, whatever is sent is not looked at', async () => {
  await start({ mode: 'off' })
  for (const credential of [null, 'no-token', 'a.b.c']) {
    expect(await chat(credential)).toMatchObject({ status: 200 })
  }
})

test.each([
  ['no claim makes an admin', {}],
  ['tokens are off', { mode: 'off', claims: { isAdmin: 'admin' } }],
])('there is no /admin where %s', async (_what, jwt) => {
  const gateway = await start(jwt)
  const token = await sign({ ...good, admin: true })
  expect((await fetch(`${gateway.url}/admin/callers`, bearer(token))).status).toBe(404)
})

test('keys and tokens can both be used', async () => {
  await start({}, { apiKeys: { keys: [keyOf('search')] } })
  expect(await chat('key-of-search')).toMatchObject({ status: 200 })
  expect(await chat(await sign(good))).toMatchObject({ status: 200 })
  for (const key of ['wrong', 'a.b', 'a.b.c.d']) {
    expect(await chat(key)).toMatchObject({ status: 401, code: 'invalid_api_key' })
  }
})

test('claims can set all that the entry of a key can set', async () => {
  const claims = { id: 'email', tenant: 'org', allowedModels: 'models', isAdmin: 'admin', tags: 'tags' }
  const gateway = await start({ claims, rateLimits: [{ requestsPerMinute: 1 }] })
  const alice = { ...good, email: 'alice@x', org: 'find', models: 'm o', tags: { team: 'a' } }
  const first = await chat(await sign(alice))
  expect(first.status).toBe(200)
  expect(first.response.headers.get('x-ratelimit-limit-requests')).toBe('1')
  expect(await chat(await sign(alice))).toMatchObject({ status: 429 })
  expect(await chat(await sign(alice), 'n')).toMatchObject({ status: 403, code: 'model_not_allowed' })
  expect(await chat(await sign({ ...alice, email: 'bob@x', models: ['m', 'n'] }), 'n')).toMatchObject({
    status: 200,
  })
  // The claim is configured, but missing or without names: no model is allowed.
  for (const models of [undefined, '', { m: true }]) {
    expect(await chat(await sign({ ...good, email: 'eve@x', models }))).toMatchObject({
      status: 403,
      message: '"m" is not among the models of jwt:eve@x: it has none.',
    })
  }

  const callers = async (admin: unknown) =>
    fetch(`${gateway.url}/admin/callers`, bearer(await sign({ ...alice, email: 'root@x', admin })))
  expect((await callers('true')).status).toBe(403)
  const list = await callers(true)
  expect(list.status).toBe(200)
  expect(await list.json()).toMatchObject({
    data: [
      { id: 'jwt:alice@x', limits: [{ requests: { perMinute: 1, remaining: 0 } }] },
      { id: 'jwt:bob@x', limits: [{}] },
    ],
  })
})

test('an empty tenant, or a number, is no tenant, and one that is too long is refused, not shortened', async () => {
  await start({ claims: { tenant: 'org' } }, { cache: { mode: 'exact' } })
  const cacheOf = async (sub: string, org: unknown) =>
    (await chat(await sign({ ...good, sub, org }))).response.headers.get('x-gateway-cache')
  expect([await cacheOf('alice', 't'), await cacheOf('bob', 't')]).toEqual(['miss', 'hit'])
  expect([await cacheOf('alice', ''), await cacheOf('bob', '')]).toEqual(['miss', 'miss'])
  expect([await cacheOf('eve', 5), await cacheOf('mallory', 5)]).toEqual(['miss', 'miss'])
  const long = await chat(await sign({ ...good, org: 't'.repeat(201) }))
  expect(long).toMatchObject({ status: 401, message: expect.stringContaining('its claim org is longer') })
})

test('limits of all callers hold for one with a token too', async () => {
  await start({}, { rateLimits: [{ requestsPerMinute: 1 }] })
  expect(await chat(await sign(good))).toMatchObject({ status: 200 })
  expect(await chat(await sign(good))).toMatchObject({ status: 429 })
})
