import { expect, test } from 'vitest'
import { done, finish, role, token } from '../testing/chunks.ts'
import { oneModel, startGateway } from '../testing/gateway.ts'
import { useOpened } from '../testing/opened.ts'
import { json, startUpstream } from '../testing/upstream.ts'

const opened = useOpened()

test('the end of a probe that has decided already does not decide for a later probe', async () => {
  const endOfLong = Promise.withResolvers<void>()
  const endOfProbe = Promise.withResolvers<void>()
  const upstream = await startUpstream(async (response, request) => {
    if (request.body.includes('LONG')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(role + token('a'))
      await endOfLong.promise
      return void response.end(finish + done)
    }
    if (request.body.includes('PROBE')) await endOfProbe.promise
    return json({ error: { message: 'down' } }, 500)(response, request)
  })
  let laterMs = 0
  const circuitBreaker = { consecutiveFailures: 1, cooldownMs: 60_000 }
  const gateway = await startGateway(
    { ...oneModel(upstream.url, { circuitBreaker }), policies: { retry: { attempts: 1 } } },
    { monotonicMs: () => performance.now() + laterMs },
  )
  opened.push(upstream, gateway)
  const ask = (content: string, more: object = {}) =>
    gateway.chat({ model: 'm', messages: [{ role: 'user', content }], ...more })
  const breaker = () => gateway.gateway.targets()[0]!.breaker

  expect((await ask('fails')).status).toBe(500)
  laterMs = 60_001
  const long = await ask('LONG', { stream: true })
  expect(breaker()).toBe('closed')
  expect((await ask('fails')).status).toBe(500)
  laterMs = 120_002
  const arrived = upstream.next()
  const probe = ask('PROBE')
  await arrived
  expect(breaker()).toBe('half-open')

  endOfLong.resolve()
  await long.text()
  await expect.poll(() => gateway.logs.filter(({ outcome }) => outcome === 'ok').length).toBe(1)
  expect(breaker()).toBe('half-open')
  endOfProbe.resolve()
  expect((await probe).status).toBe(500)
  expect(breaker()).toBe('open')
})
