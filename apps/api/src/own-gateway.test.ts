/** Whether the gateway at GATEWAY_URL is our own, by its answer to `GET /`. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gatewayGreeting, type Health } from '@drag-race/contracts'
import { afterEach, expect, test } from 'vitest'
import type { AppContext } from './app-context.ts'
import { isOwnGateway } from './own-gateway.ts'
import { startApp } from './testing/start-app.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function startDoor(answer: RequestListener) {
  const asked: { url: string | undefined; authorization: string | undefined }[] = []
  const server = createServer((request, response) => {
    asked.push({ url: request.url, authorization: request.headers.authorization })
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  open.push(close)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close }
}

/** All of a context that isOwnGateway uses. */
function contextOf(url: string) {
  const clock = { nowMs: 0 }
  const gateway = { url, metricsUrl: `${url}/metrics`, isDefaultAddress: false, apiKey: 'key-of-the-app' }
  const context = { gateway, nowMs: () => clock.nowMs } as AppContext
  return { context, clock }
}

const greeting: RequestListener = (_, response) =>
  response.end(`${gatewayGreeting}: POST /v1/chat/completions\n`)

test('health shows our own gateway as the built-in one, and where it is', async () => {
  const door = await startDoor(greeting)
  const app = await startApp({ gatewayUrl: door.url, isDefaultAddress: false })
  open.push(app.close)
  const { gateway } = (await (await fetch(`${app.url}/api/health`)).json()) as Health
  expect(gateway).toEqual({ url: door.url, isBuiltIn: true, isReachable: true })
})

test.each<[string, RequestListener]>([
  ['a page of somebody else', (_, response) => response.end('<title>LiteLLM API</title>')],
  ['our greeting after other words', (_, response) => response.end(`Not the ${gatewayGreeting}`)],
  ['our greeting in an error', (_, response) => response.writeHead(404).end(gatewayGreeting)],
  ['nothing', (_, response) => response.end()],
  [
    'a redirect, even to a gateway of ours',
    (request, response) => {
      if (request.url === '/other') greeting(request, response)
      else response.writeHead(302, { location: '/other' }).end()
    },
  ],
  ['an answer without an end', (_, response) => response.write('x'.repeat(100_000))],
  ['a closed connection', (request) => request.socket.destroy()],
])('%s is not ours', async (_, answer) => {
  const { url } = await startDoor(answer)
  expect(await isOwnGateway(contextOf(url).context)).toBe(false)
})

test('a greeting that comes in pieces is one', async () => {
  const { url } = await startDoor((_, response) => {
    response.write(gatewayGreeting.slice(0, 4), () => response.end(gatewayGreeting.slice(4)))
  })
  expect(await isOwnGateway(contextOf(url).context)).toBe(true)
})

test('it is asked once for many askers, again after a while, and told no key', async () => {
  const { url, asked } = await startDoor(greeting)
  const { context, clock } = contextOf(url)
  await Promise.all([isOwnGateway(context), isOwnGateway(context)])
  clock.nowMs = 30_000
  await isOwnGateway(context)
  expect(asked).toEqual([{ url: '/', authorization: undefined }])
  clock.nowMs = 30_001
  await isOwnGateway(context)
  expect(asked).toHaveLength(2)
})

test('one that is not up yet is asked again', async () => {
  let isUp = false
  const { url } = await startDoor((request, response) => {
    if (isUp) greeting(request, response)
    else response.writeHead(503).end()
  })
  const { context } = contextOf(url)
  expect(await isOwnGateway(context)).toBe(false)
  isUp = true
  expect(await isOwnGateway(context)).toBe(true)
})

test('while it does not answer, the last finding holds', async () => {
  const { url, close } = await startDoor(greeting)
  const { context, clock } = contextOf(url)
  expect(await isOwnGateway(context)).toBe(true)
  await close()
  clock.nowMs = 60_000
  expect(await isOwnGateway(context)).toBe(true)
})
