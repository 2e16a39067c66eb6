import { createHmac, generateKeyPairSync } from 'node:crypto'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterEach, expect, test, vi } from 'vitest'
import { bearer, type Door, keyOf, openDoor } from '../testing/door.ts'
import { type ErrorBody, messages } from '../testing/gateway.ts'
import { startUpstream, type Upstream } from '../testing/upstream.ts'

let door: Door
let issuer: Upstream | null = null
afterEach(async () => {
  await door.close()
  await issuer?.close()
  issuer = null
})

const plain = { model: 'm', messages }
const secretText = 'a shared secret that is long enough for HS256'
const secret = new TextEncoder().encode(secretText)
/** The gateway's clock in these tests. */
const nowS = Date.parse('2026-01-01T00:00:00Z') / 1000
const good: JWTPayload = { sub: 'alice', iss: 'https://issuer', aud: 'gateway', exp: nowS + 60 }
const policy = { issuer: 'https://issuer', audience: 'gateway' }

/** How far a test has moved the gateway's monotonic clock. */
let laterMs = 0

async function start(jwt: object = {}, more: object = {}): Promise<Door['gateway']> {
  laterMs = 0
  const outside = {
    variables: { JWT_SECRET: secretText },
    monotonicMs: () => performance.now() + laterMs,
  }
  door = await openDoor({ jwt: { ...policy, secret: '$JWT_SECRET', ...jwt }, ...more }, outside)
  return door.gateway
}

function sign(
  claims: JWTPayload,
  header: { alg: string; kid?: string } = { alg: 'HS256' },
  key: unknown = secret,
) {
  return new SignJWT(claims).setProtectedHeader(header).sign(key as Uint8Array)
}

async function chat(credential: string | null, model = 'm') {
  const response = await door.gateway.chat({ ...plain, model }, credential === null ? {} : bearer(credential))
  const body = (await response.json()) as ErrorBody
  return {
    status: response.status,
    code: body.error?.code ?? null,
    message: body.error?.message ?? '',
    response,
  }
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
  ['not yet valid', { ...good, nbf: nowS + 60 }, 'its claim nbf'],
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

test('keys and tokens can both be used', async () => {
  await start({}, { apiKeys: { keys: [keyOf('search')] } })
  expect(await chat('key-of-search')).toMatchObject({ status: 200 })
  expect(await chat(await sign(good))).toMatchObject({ status: 200 })
  expect(await chat('wrong')).toMatchObject({ status: 401, code: 'invalid_api_key' })
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
    expect(await chat(await sign({ ...good, email: 'eve@x', models }))).toMatchObject({ status: 403 })
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

test('an empty tenant is no tenant, and one that is too long is refused, not shortened', async () => {
  await start({ claims: { tenant: 'org' } }, { cache: { mode: 'exact' } })
  const cacheOf = async (sub: string, org: string) =>
    (await chat(await sign({ ...good, sub, org }))).response.headers.get('x-gateway-cache')
  expect([await cacheOf('alice', 't'), await cacheOf('bob', 't')]).toEqual(['miss', 'hit'])
  expect([await cacheOf('alice', ''), await cacheOf('bob', '')]).toEqual(['miss', 'miss'])
  const long = await chat(await sign({ ...good, org: 't'.repeat(201) }))
  expect(long).toMatchObject({ status: 401, message: expect.stringContaining('its claim org is longer') })
})

test('limits of all callers hold for one with a token too', async () => {
  await start({}, { rateLimits: [{ requestsPerMinute: 1 }] })
  expect(await chat(await sign(good))).toMatchObject({ status: 200 })
  expect(await chat(await sign(good))).toMatchObject({ status: 429 })
})

/** An issuer whose keys can change, and which counts its requests. */
async function startIssuer() {
  let published: object[] = []
  let status = 200
  let bytesMore = 0
  issuer = await startUpstream((response) => {
    const head = { 'content-type': 'application/json' }
    response.writeHead(status, head).end(JSON.stringify({ keys: published }) + ' '.repeat(bytesMore))
  })
  const { url, received } = issuer
  return {
    url: `${url}/keys`,
    received,
    fail() {
      status = 503
    },
    grow(bytes: number) {
      bytesMore = bytes
    },
    publish(key: object) {
      published = [key]
    },
    /** From now on the only key. */
    async rotate(kid: string) {
      const { publicKey, privateKey } = await generateKeyPair('ES256')
      published = [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256' }]
      return (claims: JWTPayload) => sign(claims, { alg: 'ES256', kid }, privateKey)
    },
  }
}

test('the issuer’s keys are asked for once, and again when they rotate', async () => {
  const keys = await startIssuer()
  const signOld = await keys.rotate('old')
  await start({ secret: undefined, jwks: keys.url, jwksCooldownMs: 0 })
  expect(await chat(await signOld(good))).toMatchObject({ status: 200 })
  expect(await chat(await signOld(good))).toMatchObject({ status: 200 })
  expect(keys.received).toHaveLength(1)
  const signNew = await keys.rotate('new')
  expect(await chat(await signNew(good))).toMatchObject({ status: 200 })
  expect(await chat(await signOld(good))).toMatchObject({ status: 401, code: 'invalid_token' })
})

test('known keys hold while the issuer is down, and withdrawn ones only until it is asked again', async () => {
  const keys = await startIssuer()
  const signOld = await keys.rotate('old')
  const gateway = await start({ secret: undefined, jwks: keys.url })
  expect(await chat(await signOld(good))).toMatchObject({ status: 200 })
  const signNew = await keys.rotate('new')
  laterMs = 600_001
  expect(await chat(await signOld(good))).toMatchObject({ status: 401 })
  expect(await chat(await signNew(good))).toMatchObject({ status: 200 })

  keys.fail()
  const asked = keys.received.length
  laterMs = 1_300_000
  for (let call = 0; call < 3; call++) expect(await chat(await signNew(good))).toMatchObject({ status: 200 })
  // The next renewal has to wait.
  expect(keys.received).toHaveLength(asked + 1)
  const warnings = gateway.logs.filter(({ msg }) => String(msg).includes('cannot be renewed'))
  expect(warnings).toMatchObject([{ jwks: keys.url }])
})

test('keys that fill a megabyte are not read: 503, and those that are known hold', async () => {
  const keys = await startIssuer()
  const signOld = await keys.rotate('old')
  keys.grow(1_000_000)
  await start({ secret: undefined, jwks: keys.url, jwksCooldownMs: 0 })
  expect(await chat(await signOld(good))).toMatchObject({ status: 503, code: 'auth_unavailable' })
  keys.grow(990_000)
  expect(await chat(await signOld(good))).toMatchObject({ status: 200 })
  keys.grow(1_000_000)
  const signNew = await keys.rotate('new')
  expect(await chat(await signNew(good))).toMatchObject({ status: 503, code: 'auth_unavailable' })
  expect(await chat(await signOld(good))).toMatchObject({ status: 200 })
})

test('known keys are too old after a day without the issuer', async () => {
  const keys = await startIssuer()
  const signOld = await keys.rotate('old')
  await start({ secret: undefined, jwks: keys.url })
  expect(await chat(await signOld(good))).toMatchObject({ status: 200 })
  keys.fail()
  const dayOld = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 24 * 3_600_000 + 1)
  expect(await chat(await signOld(good))).toMatchObject({ status: 503, code: 'auth_unavailable' })
  dayOld.mockRestore()
})

test('within the cooldown tokens with made-up keys do not reach the issuer', async () => {
  const keys = await startIssuer()
  const signOld = await keys.rotate('old')
  await start({ secret: undefined, jwks: keys.url })
  expect(await chat(await signOld(good))).toMatchObject({ status: 200 })
  const { privateKey } = await generateKeyPair('ES256')
  for (const kid of ['a', 'b', 'c']) {
    const token = await sign(good, { alg: 'ES256', kid }, privateKey)
    expect(await chat(token)).toMatchObject({ status: 401 })
  }
  expect(keys.received).toHaveLength(1)
})

test('an issuer that fails is asked again after five seconds, not by every token', async () => {
  const keys = await startIssuer()
  const signOld = await keys.rotate('old')
  const { logs } = await start({ secret: undefined, jwks: keys.url })
  keys.fail()
  const unavailable = { status: 503, code: 'auth_unavailable' }
  for (let call = 0; call < 3; call++) expect(await chat(await signOld(good))).toMatchObject(unavailable)
  expect(keys.received).toHaveLength(1)
  laterMs = 5_001
  expect(await chat(await signOld(good))).toMatchObject(unavailable)
  expect(keys.received).toHaveLength(2)
  // The log has the reason, but not at every try.
  const told = () => logs.filter(({ msg }) => String(msg).includes('cannot be loaded'))
  const why = { jwks: keys.url, err: { message: expect.stringContaining('Expected 200 OK') } }
  expect(told()).toMatchObject([why])
  laterMs = 70_000
  for (let call = 0; call < 3; call++) expect(await chat(await signOld(good))).toMatchObject(unavailable)
  expect(told()).toMatchObject([why, why])
})

test('made-up key ids cause no more questions to an issuer that fails, and a renewal waits for the pause', async () => {
  const keys = await startIssuer()
  const signOld = await keys.rotate('old')
  const gateway = await start({ secret: undefined, jwks: keys.url })
  expect(await chat(await signOld(good))).toMatchObject({ status: 200 })
  const { privateKey } = await generateKeyPair('ES256')
  const madeUp = await sign(good, { alg: 'ES256', kid: 'made-up' }, privateKey)
  const cooledDown = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 30_001)
  laterMs = 597_000
  expect(await chat(madeUp)).toMatchObject({ status: 401 })
  expect(keys.received).toHaveLength(2)

  laterMs = 600_001
  expect(await chat(await signOld(good))).toMatchObject({ status: 200 })
  expect(keys.received).toHaveLength(2)
  laterMs = 602_001
  expect(await chat(await signOld(good))).toMatchObject({ status: 200 })
  expect(keys.received).toHaveLength(3)
  expect(gateway.logs.filter(({ level }) => level === 40)).toEqual([])

  keys.fail()
  laterMs = 607_002
  cooledDown.mockReturnValue(Date.now() + 30_001)
  for (let call = 0; call < 3; call++) expect(await chat(madeUp)).toMatchObject({ status: 503 })
  expect(keys.received).toHaveLength(4)
  expect(await chat(await signOld(good))).toMatchObject({ status: 200 })
  cooledDown.mockRestore()
})

test('a public key is never taken for a shared secret', async () => {
  const keys = await startIssuer()
  await keys.rotate('k')
  await start({ secret: undefined, jwks: keys.url })
  const published = await (await fetch(keys.url)).text()
  const head = Buffer.from('{"alg":"HS256","kid":"k"}').toString('base64url')
  const text = `${head}.${Buffer.from(JSON.stringify(good)).toString('base64url')}`
  const forged = `${text}.${createHmac('sha256', published).update(text).digest('base64url')}`
  expect(await chat(forged)).toMatchObject({ status: 401, code: 'invalid_token' })
})

test('while the issuer cannot be reached, a token is not called wrong: 503', async () => {
  issuer = await startUpstream((response) => {
    response.writeHead(500).end('not today')
  })
  await start({ secret: undefined, jwks: `${issuer.url}/keys` })
  const { privateKey } = await generateKeyPair('ES256')
  const answer = await chat(await sign(good, { alg: 'ES256', kid: 'a' }, privateKey))
  expect(answer).toMatchObject({ status: 503, code: 'auth_unavailable' })
  expect(answer.message).toContain('cannot be loaded')
  await issuer.close()
  laterMs = 5_001
  const refused = await chat(await sign(good, { alg: 'ES256', kid: 'a' }, privateKey))
  expect(refused).toMatchObject({ status: 503, message: expect.stringContaining('cannot be loaded') })
  issuer = null
})

const smallPair = generateKeyPairSync('rsa', { modulusLength: 1024 })
const curvePair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
test.each([
  ['too short', 'RS256', smallPair.publicKey.export({ format: 'jwk' }), '2048 bits or larger'],
  ['private', 'ES256', curvePair.privateKey.export({ format: 'jwk' }), 'must be public keys'],
  ['broken', 'ES256', { ...curvePair.publicKey.export({ format: 'jwk' }), x: 'AAAA' }, 'Invalid keyData'],
])('of a published key that is %s the answer says what is wrong', async (_what, alg, key, why) => {
  const keys = await startIssuer()
  keys.publish({ ...key, kid: 'k' })
  await start({ secret: undefined, jwks: keys.url })
  const parts = [JSON.stringify({ alg, kid: 'k' }), JSON.stringify(good), 'a signature']
  const answer = await chat(parts.map((part) => Buffer.from(part).toString('base64url')).join('.'))
  expect(answer).toMatchObject({ status: 503, code: 'auth_unavailable' })
  expect(answer.message).toContain('cannot be used: ')
  expect(answer.message).toContain(why)
})

test('a call whose caller leaves while the issuer is asked is over', async () => {
  const asked = Promise.withResolvers<void>()
  const published = Promise.withResolvers<string>()
  issuer = await startUpstream(async (response) => {
    asked.resolve()
    response.writeHead(200, { 'content-type': 'application/json' }).end(await published.promise)
  })
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const gateway = await start({ secret: undefined, jwks: `${issuer.url}/keys` })
  const leaving = new AbortController()
  const { headers } = bearer(await sign(good, { alg: 'ES256', kid: 'k' }, privateKey))
  const call = gateway.chat(plain, { headers, signal: leaving.signal })
  await asked.promise
  leaving.abort()
  await expect(call).rejects.toThrow()
  const connections = promisify(gateway.gateway.server.getConnections.bind(gateway.gateway.server))
  await expect.poll(() => connections()).toBe(0)

  published.resolve(JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }] }))
  await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ outcome: 'caller_left', status: 499 })
  expect(await gateway.sample('gateway_in_flight_requests')).toBe(0)
})
