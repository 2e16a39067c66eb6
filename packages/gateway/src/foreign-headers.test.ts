/** Headers of a single connection, and secrets of the caller or the provider, are passed on in neither direction. */
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { type Door, goodAnswer, keyOf, openDoor, providerKey } from './testing/door.ts'
import { messages } from './testing/gateway.ts'
import { type Answering, json } from './testing/upstream.ts'

let opened: Door | null = null
afterEach(async () => {
  await opened?.close()
  opened = null
})

async function open(answer: Answering = goodAnswer): Promise<Door> {
  opened = await openDoor({ apiKeys: { mode: 'optional', keys: [keyOf('team')] } }, { answer })
  return opened
}

const secrets = {
  authorization: 'Bearer key-of-team',
  'x-api-key': 'callers-own',
  'api-key': 'callers-own',
  'x-goog-api-key': 'callers-own',
  cookie: 'callers=own',
  'proxy-authorization': 'Basic callers-own',
  'x-forwarded-for': '203.0.113.7',
  'x-of-the-house': 'callers-own',
}
const hopByHop = {
  te: 'trailers',
  trailer: 'x',
  upgrade: 'h2c',
  'proxy-connection': 'keep-alive',
  'keep-alive': 'timeout=9',
  connection: 'keep-alive, X-Title, upgrade',
  'x-title': 'for this connection only',
}

test('of the caller that are secrets, or for one connection, never reach the provider', async () => {
  const { gateway, upstream } = await open()
  const request = httpRequest(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...secrets, ...hopByHop, traceparent: '00-1-2-01' },
  })
  request.end(JSON.stringify({ model: 'm', messages }))
  const [response] = await once(request, 'response')
  await text(response)
  expect(response.statusCode).toBe(200)
  const { headers } = upstream.received[0]!
  expect(Object.keys(headers).sort()).toEqual([
    'accept',
    'accept-encoding',
    'authorization',
    'connection',
    'content-length',
    'content-type',
    'host',
    'traceparent',
    'user-agent',
  ])
  expect(headers.authorization).toBe(`Bearer ${providerKey}`)
  expect(JSON.stringify(headers)).not.toMatch(/callers.own|key-of-team|this connection/)
})

test.each([200, 401])(
  'of the provider that are its own never reach the caller, with status %i',
  async (status) => {
    const own = {
      'set-cookie': ['provider=own', 'other=own'],
      'www-authenticate': 'Bearer provider-own',
      server: 'provider-own',
      'strict-transport-security': 'max-age=1',
      'alt-svc': 'h3=":443"',
      'x-of-the-house': 'provider-own',
      'x-gateway-target': 'provider-own',
      connection: 'X-Ratelimit-Secret',
      'x-ratelimit-secret': 'provider-own',
      'x-ratelimit-limit-requests': '60',
    }
    const { gateway } = await open((response, request) => {
      for (const [name, value] of Object.entries(own)) response.setHeader(name, value)
      const answer = status === 200 ? goodAnswer : json({ error: { message: 'no' } }, status)
      return answer(response, request)
    })
    const response = await gateway.chat({ model: 'm', messages })
    await response.text()
    expect(response.status).toBe(status)
    expect([...response.headers.keys()].sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'date',
      'keep-alive',
      'x-gateway-attempts',
      'x-gateway-model',
      'x-gateway-provider',
      'x-gateway-request-id',
      'x-gateway-target',
      'x-ratelimit-limit-requests',
      'x-request-id',
    ])
    expect(JSON.stringify([...response.headers])).not.toContain('own')
  },
)
