/** What a new gateway.yaml leaves of the limits that were counted under the old one. */
import { expect, test } from 'vitest'
import { bearer, goodAnswer, keyOf } from './testing/door.ts'
import { codeOf, messages, oneModel } from './testing/gateway.ts'
import { good, sign } from './testing/token-door.ts'
import { useServers } from './testing/use-servers.ts'

const { serve, start } = useServers()

const plain = { model: 'm', messages }
const admin = { apiKeys: { keys: [keyOf('boss', { isAdmin: true })] } }

test('a limit that stays the same keeps counting wherever it is in the file; a changed one starts anew', async () => {
  const upstream = await serve()
  const limit = { requestsPerMinute: 1, burst: 1 }
  const withLimits = (...rateLimits: object[]) => ({
    ...oneModel(upstream.url),
    policies: { rateLimits, ...admin },
  })
  const gateway = await start(withLimits(limit))
  const boss = bearer('key-of-boss')
  const call = async () => codeOf(await gateway.chat(plain, boss))
  expect(await call()).toBe(null)
  gateway.reload(withLimits({ requestsPerMinute: 100 }, limit))
  expect(await call()).toBe('rate_limited')
  // An admin finds it under its new place.
  const callers = await fetch(`${gateway.url}/admin/callers`, boss)
  expect(await callers.json()).toMatchObject({
    data: [{ limits: [{ limit: 'policies[1]', requests: { remaining: 0 } }, { limit: 'policies[0]' }] }],
  })
  gateway.reload(withLimits({ ...limit, burst: 2 }))
  expect(await call()).toBe(null)
})

test('the limits of a key and of those with a token keep counting', async () => {
  const { url } = await serve()
  const rateLimits = [{ requestsPerMinute: 1 }]
  const policies = {
    jwt: { issuer: 'https://issuer', audience: 'gateway', secret: '$JWT_SECRET', rateLimits },
    apiKeys: { keys: [keyOf('a', { rateLimits })] },
  }
  const secret = 'a shared secret that is long enough for HS256'
  const gateway = await start({ ...oneModel(url), policies }, { variables: { JWT_SECRET: secret } })
  const statusesOf = async (...credentials: string[]) => {
    const answers = await Promise.all(credentials.map((each) => gateway.chat(plain, bearer(each))))
    return answers.map(({ status }) => status)
  }
  const both = ['key-of-a', await sign(good)]
  expect(await statusesOf(...both)).toEqual([200, 200])
  gateway.reload({ ...oneModel(url, { description: 'edited' }), policies })
  expect(await statusesOf(...both)).toEqual([429, 429])
})

test('a running call gives its place back once, to the limit from which it was taken before a change', async () => {
  const going = Promise.withResolvers<void>()
  const upstream = await serve(async (response, request) => {
    if (request.body.includes('wait')) await going.promise
    await goodAnswer(response, request)
  })
  const withLimit = (concurrency: number) => ({
    ...oneModel(upstream.url),
    policies: { rateLimits: [{ concurrency }] },
  })
  const gateway = await start(withLimit(1))
  const arrived = upstream.next()
  const running = gateway.chat({ ...plain, user: 'wait' })
  await arrived
  gateway.reload(withLimit(2))
  gateway.reload(withLimit(1))
  expect(await codeOf(await gateway.chat(plain))).toBe(null)
  going.resolve()
  expect(await codeOf(await running)).toBe(null)
  expect(await codeOf(await gateway.chat(plain))).toBe(null)
})
