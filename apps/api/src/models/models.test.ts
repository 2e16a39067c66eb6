import type { ServerResponse } from 'node:http'
import type { ModelList } from '@drag-race/contracts'
import { afterEach, expect, test } from 'vitest'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { race } from '../testing/race-client.ts'
import { startApp, type TestApp } from '../testing/start-app.ts'

const open: (FakeGateway | TestApp)[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function start(list?: (response: ServerResponse) => void, entries = {}): Promise<TestApp> {
  const gateway = await startFakeGateway(
    {
      a: (call) => {
        call.answer('hello')
        call.finish()
      },
    },
    { list, entries },
  )
  const app = await startApp({ gatewayUrl: gateway.url })
  open.push(app, gateway)
  return app
}

const models = async ({ url }: TestApp) => (await (await fetch(`${url}/api/models`)).json()) as ModelList

test('all that the built-in gateway says of a model is passed on', async () => {
  const entry = {
    owned_by: 'openai',
    available: false,
    missing: 'A_KEY',
    reason: 'set A_KEY',
    simulated: true,
    discovered: true,
    virtual: true,
    description: 'a model',
  }
  expect(await models(await start(undefined, { a: entry }))).toEqual({
    models: [
      {
        id: 'a',
        provider: 'openai',
        available: false,
        missing: 'A_KEY',
        reason: 'set A_KEY',
        simulated: true,
        discovered: true,
        virtual: true,
        description: 'a model',
      },
    ],
    problem: null,
  })
})

test('what a foreign gateway does not say is taken as available and real', async () => {
  const app = await start((response) => response.end('{"data":[{"id":"a"},{"id":7},"b"]}'))
  expect(await models(app)).toMatchObject({
    models: [{ id: 'a', provider: null, available: true, simulated: false, reason: null }],
    problem: null,
  })
})

const megabyte = ' '.repeat(1024 * 1024)

function sendWithoutEnd(response: ServerResponse) {
  while (!response.destroyed && response.write(megabyte));
  response.once('drain', () => sendWithoutEnd(response))
}

test.each([
  [
    'lists nothing',
    (response: ServerResponse) => response.writeHead(404).end('no'),
    /does not list its models/,
  ],
  ['answers with a page', (response: ServerResponse) => response.end('<html>'), /does not list its models/],
  ['lists without end', sendWithoutEnd, /does not list its models \(status 200\)/],
  [
    'asks for a key',
    (response: ServerResponse) => response.writeHead(401).end('{}'),
    /`npm run gateway:key -- race` .*\.env as GATEWAY_API_KEY, and start the app again/,
  ],
  [
    'does not know the name by which it is called',
    (response: ServerResponse) =>
      response
        .writeHead(403)
        .end('{"error":{"code":"host_not_allowed","message":"Add the name to ALLOWED_HOSTS."}}'),
    /^The gateway at \S+: Add the name to ALLOWED_HOSTS\.$/,
  ],
])('a gateway that %s is named as the problem, and any model can be tried', async (_name, list, words) => {
  const app = await start(list)
  expect(await models(app)).toMatchObject({ models: [], problem: expect.stringMatching(words) })
  const state = await race(app.url, { prompt: 'p', lanes: [{ model: 'a' }] })
  expect(state.lanes[0]).toMatchObject({ answer: 'hello', provider: null })
})

test('an address with https:// of a gateway that speaks http is told as that, by the list and by a lane', async () => {
  const gateway = await startFakeGateway({})
  const app = await startApp({ gatewayUrl: gateway.url.replace('http:', 'https:') })
  open.push(app, gateway)
  const words =
    /^Cannot reach the gateway at https:\S+: no TLS is spoken there, so the address may have to begin with http/
  expect((await models(app)).problem).toMatch(words)
  const { lanes } = await race(app.url, { prompt: 'p', lanes: [{ model: 'a' }] })
  expect(lanes[0]!.outcome).toMatchObject({ event: { message: expect.stringMatching(words) } })
})

test('the gateway is asked once for many askers', async () => {
  let asked = 0
  const app = await start((response) => {
    asked++
    response.end('{"data":[]}')
  })
  await Promise.all(Array.from({ length: 20 }, () => models(app)))
  expect(asked).toBe(1)
})

test('the list is asked for again when it is old, though the wall clock was set back', async () => {
  const clock = { wallMs: Date.parse('2026-05-04T10:00:00Z'), nowMs: 0 }
  let id = 'old'
  const gateway = await startFakeGateway(
    {},
    { list: (response) => response.end(`{"data":[{"id":"${id}"}]}`) },
  )
  const app = await startApp({
    gatewayUrl: gateway.url,
    now: () => new Date(clock.wallMs),
    nowMs: () => clock.nowMs,
  })
  open.push(app, gateway)
  expect((await models(app)).models).toMatchObject([{ id: 'old' }])
  id = 'new'
  clock.wallMs -= 3_600_000
  clock.nowMs += 2_001
  expect((await models(app)).models).toMatchObject([{ id: 'new' }])
})

test('a gateway that comes up is asked again at once, and its simulated models are called so', async () => {
  let isUp = false
  const app = await start((response) => {
    if (!isUp) response.writeHead(503)
    response.end('{"data":[{"id":"a","owned_by":"simulator","simulated":true}]}')
  })
  expect((await models(app)).problem).toContain('status 503')
  isUp = true
  const state = await race(app.url, { prompt: 'p', lanes: [{ model: 'a' }] })
  expect(state.lanes[0]).toMatchObject({ provider: 'simulator', simulated: true })
})
