import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import { writeWhenReady } from '@drag-race/wire'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { done, finish, role, token } from '../testing/chunks.ts'
import { type ErrorBody, messages, oneModel, type RunningGateway, startGateway } from '../testing/gateway.ts'
import { type Received, startUpstream } from '../testing/upstream.ts'

const opened: { close(): Promise<void> }[] = []
// Sockets are real, timers are not: time passes only when a test advances it.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(async () => {
  vi.useRealTimers()
  for (const each of opened.splice(0).reverse()) await each.close()
})

const streaming = { model: 'm', messages, stream: true }
const whole = { model: 'm', messages }

/** A call to a provider whose answer the test writes itself. */
async function call(body: object, timeouts: object) {
  const answered = Promise.withResolvers<[ServerResponse, Received]>()
  const upstream = await startUpstream((response, request) => answered.resolve([response, request]))
  const gateway = await startGateway(oneModel(upstream.url, { timeouts }))
  opened.push(upstream, gateway)
  const response = gateway.chat(body)
  const [provider, request] = await answered.promise
  return { gateway, response, provider, cutOff: request.cutOff }
}

/** Resolves when everything that was on its way on this machine has arrived. */
async function arrived() {
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
}

async function expectError(response: Response, status: number, code: string) {
  expect(response.status).toBe(status)
  expect(((await response.json()) as ErrorBody).error.code).toBe(code)
}

test('a connection that is never completed ends at its deadline', async () => {
  // TLS with a server that never answers the handshake.
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const params = { baseUrl: `https://127.0.0.1:${port}/v1` }
  const config = oneModel('', { params, timeouts: { connectMs: 3000 } })
  const variables = { HTTPS_PROXY: 'http://proxy:3128' }
  const gateway: RunningGateway = await startGateway(config, { variables })
  opened.push(gateway)
  const response = gateway.chat(whole)
  await once(server, 'connection')
  vi.advanceTimersByTime(3000)
  const answer = await response
  const { error } = (await answer.clone().json()) as ErrorBody
  expect(error.message).toMatch(/reached within 3000 ms\. HTTPS_PROXY is set, but/)
  await expectError(answer, 504, 'upstream_timeout')
  server.close()
})

test.each([
  ['silence', () => {}],
  ['headers', (provider: ServerResponse) => provider.writeHead(200).flushHeaders()],
  ['comments', (provider: ServerResponse) => void provider.write(': ping\n\n')],
  ['a role without a token', (provider: ServerResponse) => void provider.write(role)],
])('%s is no first token: 504 at its deadline, and the provider is closed', async (_what, send) => {
  const { response, provider, cutOff } = await call(streaming, { firstTokenMs: 5000, idleMs: 100 })
  vi.advanceTimersByTime(4000)
  send(provider)
  await arrived()
  vi.advanceTimersByTime(1000)
  await expectError(await response, 504, 'first_token_timeout')
  await cutOff
})

test('what comes before the first token is held back up to a bound only', async () => {
  const { response, provider } = await call(streaming, {})
  provider.write(': a long comment\n\n'.repeat(5_000))
  expect((await response).status).toBe(200)
})

test('an answer that is refused unread closes the provider', async () => {
  const { response, provider, cutOff } = await call(streaming, {})
  provider.writeHead(200, { 'content-type': 'text/html' }).write('<html>')
  await expectError(await response, 502, 'bad_response')
  await cutOff
})

test('after the first token its deadline is over', async () => {
  const { response, provider } = await call(streaming, { firstTokenMs: 5000, idleMs: 60_000 })
  provider.write(token('a'))
  const { body } = await response
  vi.advanceTimersByTime(5000)
  provider.end(finish + done)
  expect(await new Response(body).text()).toBe(token('a') + finish + done)
})

test('without streaming there is no first token to wait for, nor silence before the answer', async () => {
  const { response, provider } = await call(whole, { firstTokenMs: 5000, idleMs: 100 })
  vi.advanceTimersByTime(50_000)
  provider.writeHead(200, { 'content-type': 'application/json' })
  provider.end('{"choices":[{"message":{"content":"a"}}]}')
  expect((await response).status).toBe(200)
})

test('without streaming an answer has its own deadline, where there is one: 504, and the provider is closed', async () => {
  const { response, provider, cutOff } = await call(whole, { answerMs: 5000 })
  vi.advanceTimersByTime(4999)
  await arrived()
  expect(provider.destroyed).toBe(false)
  vi.advanceTimersByTime(1)
  await expectError(await response, 504, 'answer_timeout')
  await cutOff
})

test('a whole answer that has begun has met its deadline', async () => {
  const { response, provider } = await call(whole, { answerMs: 5000, idleMs: 60_000 })
  provider.writeHead(200, { 'content-type': 'application/json' }).write('{"choices":')
  await arrived()
  vi.advanceTimersByTime(5000)
  provider.end('[{"message":{"content":"a"}}]}')
  expect((await response).status).toBe(200)
})

test('a stream has no deadline for whole answers', async () => {
  const { response, provider } = await call(streaming, { answerMs: 5000, firstTokenMs: 60_000 })
  vi.advanceTimersByTime(5000)
  provider.end(token('a') + finish + done)
  expect((await response).status).toBe(200)
})

test('a JSON answer that stops in its middle ends at the idle deadline', async () => {
  const { response, provider, cutOff } = await call(whole, { idleMs: 100 })
  provider.writeHead(200, { 'content-type': 'application/json' }).write('{"choices":')
  await arrived()
  vi.advanceTimersByTime(100)
  await expectError(await response, 504, 'idle_timeout')
  await cutOff
})

test('a provider that does not close a finished answer is closed after a moment, and it was whole', async () => {
  const { gateway, response, provider, cutOff } = await call(streaming, {})
  provider.writeHead(200, { 'content-type': 'text/event-stream' })
  provider.write(token('a') + finish + done)
  const reading = (await response).text()
  await arrived()
  vi.advanceTimersByTime(1000)
  expect(await reading).toBe(token('a') + finish + done)
  await cutOff
  expect(gateway.logs.at(-1)?.outcome).toBe('ok')
})

test('what a provider sends behind a finished answer gives it no more time to close', async () => {
  const { response, provider, cutOff } = await call(streaming, {})
  provider.writeHead(200, { 'content-type': 'text/event-stream' })
  provider.write(token('a') + finish + done)
  const reading = (await response).text()
  await arrived()
  vi.advanceTimersByTime(600)
  provider.write(': ping\n')
  await arrived()
  vi.advanceTimersByTime(400)
  expect(await reading).toContain(done)
  await cutOff
})

test('comments keep a begun stream alive; silence ends it with an error event, without [DONE]', async () => {
  const { response, provider, cutOff } = await call(streaming, { idleMs: 1000 })
  provider.write(token('a'))
  const { body } = await response
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toBe(token('a'))
  for (let i = 0; i < 3; i++) {
    vi.advanceTimersByTime(900)
    provider.write(': ping\n\n')
    expect((await reader.read()).value).toBe(': ping\n\n')
  }
  vi.advanceTimersByTime(1000)
  expect((await reader.read()).value).toMatch(/^data: \{"error":\{.*"code":"idle_timeout".*\}\}\n\n$/)
  expect((await reader.read()).done).toBe(true)
  await cutOff
})

test('an answer that falls silent after its finish reason is whole', async () => {
  const { response, provider } = await call(streaming, { idleMs: 1000 })
  provider.write(token('a') + finish)
  const { body } = await response
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toBe(token('a') + finish)
  vi.advanceTimersByTime(1000)
  expect((await reader.read()).value).toBe(done)
})

test('the whole call has a deadline, however much the provider sends', async () => {
  const { response, provider, cutOff } = await call(streaming, { totalMs: 10_000 })
  provider.write(token('a'))
  const { body } = await response
  vi.advanceTimersByTime(10_000)
  const text = await new Response(body).text()
  expect(text).toMatch(/"code":"total_timeout"/)
  expect(text).not.toContain('[DONE]')
  await cutOff
})

test('before anything was sent to the caller, the end of the call’s time is a status', async () => {
  const { response, cutOff } = await call(whole, { totalMs: 10_000 })
  vi.advanceTimersByTime(10_000)
  await expectError(await response, 504, 'total_timeout')
  await cutOff
})

/** Lets the provider write until nothing more is read; resolves with the number of pieces that it could write. */
async function fill(provider: ServerResponse, pieces: number): Promise<number> {
  let written = 0
  const piece = token('x'.repeat(60_000))
  const writing = async () => {
    for (let i = 0; i < pieces; i++) {
      written++
      if ((await writeWhenReady(provider, piece, 2 ** 30)) === 'closed') return
    }
    provider.end(finish + done)
  }
  void writing()
  for (let before = -1; before !== written; ) {
    before = written
    await arrived()
  }
  return written
}

test('a slow caller slows the provider down, and its slowness does not count as the provider’s silence', async () => {
  const { response, provider } = await call(streaming, { idleMs: 1000 })
  provider.write(token('a'))
  const { body } = await response
  expect(await fill(provider, 1000)).toBeLessThan(1000)
  vi.advanceTimersByTime(5000)
  const text = await new Response(body).text()
  expect(text.length).toBeGreaterThan(60_000_000)
  expect(text.endsWith(finish + done)).toBe(true)
})

test('a caller that takes nothing for half a minute is dropped, and the provider with it', async () => {
  const { gateway, response, provider, cutOff } = await call(streaming, {})
  provider.write(token('a'))
  const { body } = await response
  await fill(provider, 1000)
  vi.advanceTimersByTime(30_000)
  await cutOff
  await arrived()
  expect(gateway.logs.at(-1)).toMatchObject({ status: 499, outcome: 'caller_too_slow' })
  await expect(new Response(body).text()).rejects.toThrow()
})

const long = JSON.stringify({ choices: [{ message: { content: 'x'.repeat(40_000_000) } }] })

test.each([
  ['streamed', streaming],
  ['not streamed', whole],
])(
  'a caller that reads a long answer slowly, but all the time, gets the whole of it: %s',
  async (_what, body) => {
    const { response, provider } = await call(body, { totalMs: 3_600_000 })
    provider.writeHead(200, { 'content-type': 'application/json' }).end(long)
    expect(await readSlowly(await response)).toBeGreaterThanOrEqual(40_000_000)
  },
)

test('a caller that reads a long answer slowly is dropped when the time of the call is over', async () => {
  const { gateway, response, provider } = await call(whole, { totalMs: 60_000 })
  provider.writeHead(200, { 'content-type': 'application/json' }).end(long)
  await expect(readSlowly(await response)).rejects.toThrow()
  expect(gateway.logs.at(-1)).toMatchObject({
    status: 499,
    outcome: 'caller_too_slow',
    outputTokens: 10_000_000,
  })
})

/** Reads four megabytes every twenty seconds; resolves with the number of bytes. */
async function readSlowly({ body }: Response): Promise<number> {
  let bytesRead = 0
  let bytesToRest = 0
  for await (const bytes of body!) {
    bytesRead += bytes.length
    if (bytesRead < bytesToRest) continue
    bytesToRest = bytesRead + 4_000_000
    await arrived()
    vi.advanceTimersByTime(20_000)
  }
  return bytesRead
}

test('a caller that takes nothing of a long answer for half a minute is dropped', async () => {
  const { gateway, response, provider } = await call(whole, {})
  provider.writeHead(200, { 'content-type': 'application/json' }).end(long)
  const { body } = await response
  await arrived()
  vi.advanceTimersByTime(30_000)
  await expect(new Response(body).text()).rejects.toThrow()
  expect(gateway.logs.at(-1)).toMatchObject({ status: 499, outcome: 'caller_too_slow' })
})

test('a caller that leaves in the middle of a long answer is no slow one', async () => {
  const { gateway, response, provider } = await call(whole, {})
  provider.writeHead(200, { 'content-type': 'application/json' }).end(long)
  const { body } = await response
  await arrived()
  await body!.cancel()
  await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ status: 499, outcome: 'caller_left' })
})

test.each([
  ['streamed in one piece', streaming, [token('a') + finish + done]],
  ['streamed in several', streaming, [token('a'), finish, done]],
  ['streamed, and closed after its end', streaming, [token('a'), finish + done, '']],
  ['not streamed', whole, [JSON.stringify({ choices: [{ message: { content: 'a' } }] })]],
])('a call that is over leaves no timer behind: %s', async (_what, body, pieces) => {
  const type = body === streaming ? 'text/event-stream' : 'application/json'
  const upstream = await startUpstream(async (provider) => {
    provider.setHeader('content-type', type)
    for (const piece of pieces.slice(0, -1)) {
      provider.write(piece)
      await arrived()
    }
    provider.end(pieces.at(-1))
  })
  const gateway = await startGateway(oneModel(upstream.url))
  opened.push(upstream, gateway)
  const ask = async () => {
    await (await gateway.chat(body)).text()
    await arrived()
  }
  // The first call opens the connections, which keep timers of their own.
  await ask()
  const before = vi.getTimerCount()
  await ask()
  expect(vi.getTimerCount()).toBe(before)
})
