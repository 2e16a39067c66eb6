/** The keys of an issuer: when it is asked for them, what holds while it is down, and which keys cannot be used. */
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { promisify } from 'node:util'
import { exportJWK, generateKeyPair, type JWTPayload } from 'jose'
import { afterEach, expect, test, vi } from 'vitest'
import { bearer, type Door } from '../testing/door.ts'
import { good, openTokenDoor, plain, sign, type TokenDoor } from '../testing/token-door.ts'
import { startUpstream, type Upstream } from '../testing/upstream.ts'

let door: TokenDoor
let issuer: Upstream | null = null
afterEach(async () => {
  await door.close()
  await issuer?.close()
  issuer = null
})

const chat = (credential: string | null) => door.chat(credential)

async function start(jwt: object): Promise<Door['gateway']> {
  door = await openTokenDoor(jwt)
  return door.gateway
}

/** An issuer whose keys can change, and which counts its requests. */
async function startIssuer() {
  let published: object[] = []
  let status = 200
  let bytesMore = 0
  let ready = Promise.resolve()
  issuer = await startUpstream(async (response) => {
    await ready
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
    /** Answers no more before this is called. */
    hold(): () => void {
      const held = Promise.withResolvers<void>()
      ready = held.promise
      return held.resolve
    },
    publish(key: object) {
      published = [key]
    },
    /** From now on the only key. */
    async rotate(kid: string) {
      published = []
      return this.add(kid)
    },
    /** `signKid` is the key id in its tokens, if they have one. */
    async add(kid: string, signKid: { kid?: string } = { kid }) {
      const { publicKey, privateKey } = await generateKeyPair('ES256')
      published.push({ ...(await exportJWK(publicKey)), kid, alg: 'ES256' })
      return (claims: JWTPayload) => sign(claims, { alg: 'ES256', ...signKid }, privateKey)
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

test('a token without a key id may be of any key of the set, and of no other', async () => {
  const keys = await startIssuer()
  const signOld = await keys.add('old', {})
  const signNew = await keys.add('new', {})
  await start({ secret: undefined, jwks: keys.url })
  expect(await chat(await signOld(good))).toMatchObject({ status: 200 })
  expect(await chat(await signNew(good))).toMatchObject({ status: 200 })
  expect(await chat(await signNew({ ...good, exp: 1 }))).toMatchObject({
    message: expect.stringContaining('expired'),
  })
  const { privateKey } = await generateKeyPair('ES256')
  const foreign = await sign(good, { alg: 'ES256' }, privateKey)
  expect(await chat(foreign)).toMatchObject({ status: 401, code: 'invalid_token' })
})

test('known keys hold while the issuer is down, and withdrawn ones only until it is asked again', async () => {
  const keys = await startIssuer()
  const signOld = await keys.rotate('old')
  const gateway = await start({ secret: undefined, jwks: keys.url })
  expect(await chat(await signOld(good))).toMatchObject({ status: 200 })
  const signNew = await keys.rotate('new')
  door.later(600_001)
  expect(await chat(await signOld(good))).toMatchObject({ status: 401 })
  expect(await chat(await signNew(good))).toMatchObject({ status: 200 })
  const asked = keys.received.length
  door.later(1_190_000)
  expect(await chat(await signNew(good))).toMatchObject({ status: 200 })
  expect(keys.received).toHaveLength(asked)

  keys.fail()
  door.later(1_300_000)
  for (let call = 0; call < 3; call++) expect(await chat(await signNew(good))).toMatchObject({ status: 200 })
  // The next renewal has to wait.
  expect(keys.received).toHaveLength(asked + 1)
  const warnings = gateway.logs.filter(({ msg }) => String(msg).includes('cannot be renewed'))
  expect(warnings).toMatchObject([{ jwks: keys.url }])
})

test('while one call renews the keys, no other waits for the issuer', async () => {
  const keys = await startIssuer()
  const token = await (await keys.rotate('old'))(good)
  const gateway = await start({ secret: undefined, jwks: keys.url, jwksCooldownMs: 0 })
  expect(await chat(token)).toMatchObject({ status: 200 })
  const release = keys.hold()
  door.later(600_001)
  const asked = issuer!.next()
  const renewing = chat(token)
  await asked
  expect(await chat(token)).toMatchObject({ status: 200 })
  expect(gateway.logs.filter(({ msg }) => String(msg).includes('cannot be renewed'))).toEqual([])
  release()
  expect(await renewing).toMatchObject({ status: 200 })
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
  door.later(5_001)
  expect(await chat(await signOld(good))).toMatchObject(unavailable)
  expect(keys.received).toHaveLength(2)
  // The log has the reason, but not at every try.
  const told = () => logs.filter(({ msg }) => String(msg).includes('cannot be loaded'))
  const why = { jwks: keys.url, err: { message: expect.stringContaining('Expected 200 OK') } }
  expect(told()).toMatchObject([why])
  door.later(70_000)
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
  door.later(597_000)
  expect(await chat(madeUp)).toMatchObject({ status: 401 })
  expect(keys.received).toHaveLength(2)

  door.later(600_001)
  expect(await chat(await signOld(good))).toMatchObject({ status: 200 })
  expect(keys.received).toHaveLength(2)
  door.later(602_001)
  expect(await chat(await signOld(good))).toMatchObject({ status: 200 })
  expect(keys.received).toHaveLength(3)
  expect(gateway.logs.filter(({ level }) => level === 40)).toEqual([])

  keys.fail()
  door.later(607_002)
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
  door.later(5_001)
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
