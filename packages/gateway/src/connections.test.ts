/** Connections that are opened before there is a call for them. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createNetServer, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { bearer } from './testing/door.ts'
import { messages, type RunningGateway, startGateway } from './testing/gateway.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

interface Provider {
  url: string
  /** All connections that were ever opened. */
  sockets: Socket[]
  requests: number
  /** Resolves when the provider has accepted so many: the gateway sees a connection open before it does. */
  hasOpened(count: number): Promise<void>
}

/** Answers once `together` requests have come: until then each of them needs a connection of its own. */
async function startProvider(together = 1): Promise<Provider> {
  const waiting: (() => void)[] = []
  const server = createServer((request, response) => {
    provider.requests++
    request.resume()
    waiting.push(() =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}'),
    )
    if (waiting.length === together) for (const answer of waiting.splice(0)) answer()
  })
  const provider: Provider = {
    url: '',
    sockets: [],
    requests: 0,
    hasOpened: (count) => expect.poll(() => provider.sockets.length).toBe(count),
  }
  server.on('connection', (socket) => provider.sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  closing.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  return provider
}

async function start(llm: object): Promise<RunningGateway> {
  const gateway = await startGateway(llm)
  closing.push(gateway.close)
  return gateway
}

const model = (name: string, baseUrl: string) => ({ name, provider: 'custom', params: { baseUrl } })

async function open({ url }: RunningGateway, models: unknown, init: RequestInit = {}) {
  const response = await fetch(`${url}/connections`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ models }),
    ...init,
  })
  return { status: response.status, ...((await response.json()) as { data?: object[]; error?: object }) }
}

test('calls that come after it find their connections, and open none', async () => {
  const provider = await startProvider(3)
  const gateway = await start({ models: [model('a', provider.url), model('b', provider.url)] })
  const opened = await open(gateway, ['a', 'b', 'a'])
  expect(opened.data).toEqual([
    { model: 'a', calls: 2, ready: 2 },
    { model: 'b', calls: 1, ready: 1 },
  ])
  await provider.hasOpened(3)
  expect(provider.requests).toBe(0)

  const ask = async (name: string) => (await gateway.chat({ model: name, messages })).status
  expect(await Promise.all(['a', 'b', 'a'].map(ask))).toEqual([200, 200, 200])
  expect([provider.sockets.length, provider.requests]).toEqual([3, 3])

  // The connections of the calls before are still open: none is missing.
  expect((await open(gateway, ['a', 'a', 'a'])).data).toEqual([{ model: 'a', calls: 3, ready: 3 }])
  expect(provider.sockets.length).toBe(3)
})

test('for a virtual model they are opened to every target that is there, and to no other provider', async () => {
  const [one, other] = [await startProvider(), await startProvider()]
  const targets = [{ model: 'ollama/qwen3' }, { model: 'a' }, { model: 'b' }]
  const gateway = await start({
    models: [model('a', one.url), model('b', other.url)],
    virtualModels: [{ name: 'v', routing: { roundRobin: { targets } } }],
    discovery: [{ provider: 'ollama', baseUrl: 'http://127.0.0.1:1/v1' }],
  })
  expect((await open(gateway, ['v', 'v', 'a'])).data).toEqual([
    { model: 'v', calls: 2, ready: 2 },
    { model: 'a', calls: 1, ready: 1 },
  ])
  await Promise.all([one.hasOpened(3), other.hasOpened(2)])
  // By its answer a third would have arrived too.
  expect((await gateway.chat({ model: 'b', messages })).status).toBe(200)
  expect(other.sockets.length).toBe(2)
  expect([one.requests, other.requests]).toEqual([0, 1])
})

test('where a call would meet a connection that its provider has closed, another one is opened', async () => {
  const provider = await startProvider(4)
  const gateway = await start({ models: [model('a', provider.url)] })
  const ask = async () => (await gateway.chat({ model: 'a', messages })).status
  await Promise.all([ask(), ask(), ask(), ask()])
  expect(provider.sockets.length).toBe(4)
  // The pool tries its oldest connections first, and those are the ones that are closed here.
  const [first, second] = provider.sockets
  for (const socket of [first!, second!]) {
    socket.destroy()
    await once(socket, 'close')
  }
  await expect
    .poll(async () => {
      await open(gateway, ['a', 'a'])
      return provider.sockets.length
    })
    .toBe(6)
  await Promise.all([ask(), ask(), ask(), ask()])
  expect(provider.sockets.length).toBe(6)
})

test('one that the provider has closed meanwhile is replaced', async () => {
  const provider = await startProvider()
  const gateway = await start({ models: [model('a', provider.url)] })
  for (const count of [1, 2]) {
    expect(await open(gateway, ['a'])).toMatchObject({ data: [{ ready: 1 }] })
    await provider.hasOpened(count)
    const socket = provider.sockets.at(-1)!
    socket.destroy()
    await once(socket, 'close')
  }
  const ask = async () => (await gateway.chat({ model: 'a', messages })).status
  expect(await ask()).toBe(200)
  expect(provider.sockets.length).toBe(3)
  // The same with one that a call has used: after that, only the new one counts.
  const used = provider.sockets.at(-1)!
  used.destroy()
  await once(used, 'close')
  expect(await ask()).toBe(200)
  expect(await open(gateway, ['a'])).toMatchObject({ data: [{ ready: 1 }] })
  expect(await ask()).toBe(200)
  expect(provider.sockets.length).toBe(4)
})

test('a connection on which a call runs is not ready for another one', async () => {
  const provider = await startProvider(2)
  const gateway = await start({ models: [model('a', provider.url)] })
  const ask = async () => (await gateway.chat({ model: 'a', messages })).status
  const running = ask()
  await expect.poll(() => provider.requests).toBe(1)
  expect(await open(gateway, ['a'])).toMatchObject({ data: [{ ready: 1 }] })
  await provider.hasOpened(2)
  expect([await ask(), await running]).toEqual([200, 200])
  expect(provider.sockets.length).toBe(2)
})

test('a call keeps the connection that was opened for it, however long it runs', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const provider = await startProvider(2)
  const gateway = await start({ models: [model('a', provider.url)] })
  const ask = async () => (await gateway.chat({ model: 'a', messages })).status
  await open(gateway, ['a'])
  const running = ask()
  await expect.poll(() => provider.requests).toBe(1)
  vi.advanceTimersByTime(10_000)
  expect([await ask(), await running]).toEqual([200, 200])
  expect(provider.requests).toBe(2)
})

test('a provider that is not there, and a model without its key, have none', async () => {
  const gateway = await start({
    models: [model('gone', 'http://127.0.0.1:1/v1'), { name: 'keyless', provider: 'openai' }],
  })
  expect((await open(gateway, ['gone', 'keyless'])).data).toEqual([
    { model: 'gone', calls: 1, ready: 0 },
    { model: 'keyless', calls: 1, ready: 0 },
  ])
})

test('a provider whose handshake does not end is waited for no longer than three seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const silent = createNetServer().listen(0, '127.0.0.1')
  closing.push(async () => silent.close())
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const gateway = await start({ models: [model('a', `https://127.0.0.1:${port}/v1`)] })
  const opened = open(gateway, ['a'])
  await once(silent, 'connection')
  vi.advanceTimersByTime(3_000)
  expect(await opened).toMatchObject({ data: [{ ready: 0 }] })
})

test.each<[string, unknown, number, string]>([
  ['an unknown model', ['a', 'nobody'], 404, 'model_not_found'],
  ['no model', [], 400, 'invalid_request'],
  ['too many', Array(65).fill('a'), 400, 'invalid_request'],
  ['no list', 'a', 400, 'invalid_request'],
])('%s is refused, and nothing is opened', async (_what, models, status, code) => {
  const provider = await startProvider()
  const gateway = await start({ models: [model('a', provider.url)] })
  expect(await open(gateway, models)).toMatchObject({ status, error: { code } })
  expect(provider.sockets.length).toBe(0)
})

test('a caller that is not allowed to call a model cannot have its connections opened', async () => {
  const provider = await startProvider()
  const keyHash = 'sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'
  const gateway = await start({
    models: [model('a', provider.url), model('b', provider.url)],
    policies: { apiKeys: { mode: 'strict', keys: [{ id: 'team', keyHash, allowedModels: ['a'] }] } },
  })
  const headers = { 'content-type': 'application/json', ...bearer('foo').headers }
  expect((await open(gateway, ['a'])).status).toBe(401)
  expect(await open(gateway, ['a', 'b'], { headers })).toMatchObject({ status: 403 })
  expect(provider.sockets.length).toBe(0)
  expect(await open(gateway, ['a'], { headers })).toMatchObject({ status: 200 })
  expect((await fetch(`${gateway.url}/connections`)).status).toBe(405)
})

test('a caller that leaves in the middle of its request is no internal error', async () => {
  const gateway = await start({ models: [model('a', 'http://127.0.0.1:1/v1')] })
  const { server } = gateway.gateway
  const connections = promisify(server.getConnections.bind(server))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const head = 'POST /connections HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n'
  socket.write(`${head}Content-Length: 20\r\n\r\n{`)
  await once(server, 'request')
  socket.destroy()
  await expect.poll(() => connections()).toBe(0)
  expect(await gateway.sample('gateway_refused_total', 'reason="internal_error"')).toBe(0)
  expect(gateway.logs).toEqual([])
})
