import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { bearer, keyOf, openDoor, providerKey } from '../testing/door.ts'
import { messages } from '../testing/gateway.ts'
import { hashKey } from './api-keys.ts'

test('no key, token, hash or secret is in any answer, log line, metric, audit line or provider request', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-'))
  const path = join(folder, 'audit.log')
  const secret = 'the-secret-of-issuer-and-gateway-alone'
  const token = await new SignJWT({ sub: 'alice', iss: 'i', aud: 'a', exp: 1_893_456_000 })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret))
  const credentials = ['key-of-search', 'key-of-boss', 'key-of-nobody', token, `${token}x`]
  const { gateway, upstream, close } = await openDoor(
    {
      apiKeys: { keys: [keyOf('search', { allowedModels: ['m'] }), keyOf('boss', { isAdmin: true })] },
      jwt: { secret: '$JWT_SECRET', issuer: 'i', audience: 'a' },
      rateLimits: [{ per: ['caller', 'model'], requestsPerMinute: 2 }],
      audit: { path },
    },
    { variables: { JWT_SECRET: secret } },
  )
  const outputs: string[] = []
  const note = async (response: Response) => {
    outputs.push(JSON.stringify([...response.headers]), await response.text())
    return response.status
  }
  const statuses = new Set<number>()
  for (const credential of credentials) {
    const init = bearer(credential)
    for (const body of [
      { model: 'm', messages },
      { model: 'm', messages, stream: true },
      { model: 'm', messages },
      { model: 'n', messages },
      { model: 'nope', messages },
      '{',
    ]) {
      statuses.add(await note(await gateway.chat(body, init)))
    }
    for (const address of ['/v1/models', '/v1/models/n', '/admin/callers', '/nowhere']) {
      statuses.add(await note(await fetch(gateway.url + address, init)))
    }
    await note(await gateway.chat({ model: 'm', messages }, { headers: { 'x-api-key': credential } }))
    await note(
      await gateway.chat({ model: 'm', messages }, { headers: { authorization: `Basic ${credential}` } }),
    )
  }
  // Every kind of answer was among them.
  expect([...statuses].sort()).toEqual([200, 400, 401, 403, 404, 429])
  outputs.push(await (await fetch(gateway.metricsUrl)).text(), JSON.stringify(gateway.logs))
  const upward = upstream.received.map(({ headers, body }) => JSON.stringify({ headers, body }))
  await close()
  outputs.push(await readFile(path, 'utf8'))
  await rm(folder, { recursive: true })

  const secrets = [
    ...credentials,
    secret,
    ...credentials.map(hashKey),
    ...credentials.map((each) => hashKey(each).slice(7)),
  ]
  for (const each of [...secrets, providerKey]) expect(outputs.join('\n')).not.toContain(each)
  expect(upward.length).toBeGreaterThan(0)
  for (const each of secrets) expect(upward.join('\n')).not.toContain(each)
})
