import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { profiles } from './profiles.ts'
import { startSimulator } from './testing/start-simulator.ts'

let simulator: Awaited<ReturnType<typeof startSimulator>>
beforeEach(async () => {
  simulator = await startSimulator({ callsMax: 2 })
})
afterEach(async () => {
  expect(simulator.faults).toEqual([])
  await simulator.close()
})

async function get(path: string, method = 'GET') {
  const response = await fetch(`${simulator.url}${path}`, { method })
  return { status: response.status, body: (await response.json()) as { error?: { message: string } } }
}

/** Sends a body as it is; returns the status and OpenAI's error. */
async function refusal(body: string | object) {
  const response = await simulator.post(typeof body === 'string' ? body : JSON.stringify(body))
  const { error } = (await response.json()) as {
    error: { message: string; code: string; param: string | null }
  }
  return { status: response.status, ...error }
}

const messages = [{ role: 'user', content: 'Hello' }]

test('is healthy', async () => {
  expect(await get('/health')).toEqual({ status: 200, body: { status: 'ok' } })
})

test('lists every profile with a description', async () => {
  const { body } = await get('/v1/models')
  expect(body).toEqual({
    object: 'list',
    data: [...profiles].map(([id, { description }]) => ({
      id,
      object: 'model',
      created: expect.any(Number),
      owned_by: 'simulator',
      description,
    })),
  })
})

test('says that everything is simulated', async () => {
  const response = await simulator.ask({ model: 'steady?ttft=1&tps=9999&tokens=3' })
  expect(response.headers.get('x-simulated')).toBe('true')
  expect(await response.json()).toMatchObject({ system_fingerprint: 'fp_simulated' })
})

test('an unknown completion has no ledger: 404 in OpenAI’s form', async () => {
  const { status, body } = await get('/ledger/nobody')
  expect(status).toBe(404)
  expect(body.error).toMatchObject({ code: 'not_found', message: expect.stringContaining('`nobody`') })
})

test.each([
  ['/v1/embeddings', 'POST', 404],
  ['/', 'GET', 404],
  ['/ledger', 'GET', 404],
  ['//', 'GET', 404],
  ['/v1/chat/completions', 'GET', 405],
  ['/v1/models', 'POST', 405],
])('%s by %s is refused with %i and a hint', async (path, method, status) => {
  const answer = await get(path, method)
  expect(answer.status).toBe(status)
  expect(answer.body.error?.message).toMatch(/Try|Use/)
})

describe('a bad request is refused, naming the field:', () => {
  test.each<[string, string | object, { status: number; code: string; param?: string | null }]>([
    ['broken JSON', '{"model": ', { status: 400, code: 'invalid_json' }],
    ['no JSON object', '[]', { status: 400, code: 'invalid_request', param: null }],
    ['no model', { messages }, { status: 400, code: 'invalid_request', param: 'model' }],
    [
      'no message',
      { model: 'steady', messages: [] },
      { status: 400, code: 'invalid_request', param: 'messages' },
    ],
    [
      'a wrong type',
      { model: 'steady', messages, stream: 'yes' },
      { status: 400, code: 'invalid_request', param: 'stream' },
    ],
    [
      'a wrong limit',
      { model: 'steady', messages, max_tokens: 0 },
      { status: 400, code: 'invalid_request', param: 'max_tokens' },
    ],
    [
      'several choices',
      { model: 'steady', messages, n: 2 },
      { status: 400, code: 'invalid_request', param: 'n' },
    ],
    [
      'a bad message',
      { model: 'steady', messages: [{ content: 'x' }] },
      { status: 400, code: 'invalid_request', param: 'messages.0.role' },
    ],
    [
      'an unknown model',
      { model: 'gpt-9', messages },
      { status: 404, code: 'model_not_found', param: 'model' },
    ],
    [
      'an unknown override',
      { model: 'steady?speed=3', messages },
      { status: 400, code: 'invalid_request', param: 'model' },
    ],
    [
      'a run without end',
      { model: 'steady?tokens=100000&tps=1', messages },
      { status: 400, code: 'invalid_request', param: 'model' },
    ],
    [
      'a stall without end before it',
      { model: 'steady?ttft=600000&jitter=2&stallAfter=0&seed=14', messages },
      { status: 400, code: 'invalid_request', param: 'model' },
    ],
  ])('%s', async (_, body, expected) => {
    expect(await refusal(body)).toMatchObject(expected)
  })
})

test('unknown fields are accepted', async () => {
  const { status } = await simulator.askWhole({
    model: 'steady?ttft=1&tps=9999&tokens=3',
    with: { temperature: 0, tools: [], response_format: { type: 'text' }, seed: null, max_tokens: null },
  })
  expect(status).toBe(200)
})

test('a body over 4 MB is refused with 413', async () => {
  const content = 'x'.repeat(4 * 1024 * 1024)
  expect(await refusal({ model: 'steady', messages: [{ role: 'user', content }] })).toMatchObject({
    status: 413,
    code: 'request_too_large',
  })
})

test('over its bound of open calls it answers 503, and accepts calls again when one has left', async () => {
  const leaving = new AbortController()
  const open = [1, 2].map(() =>
    simulator.ask({ model: 'silent', signal: leaving.signal }).catch(() => 'left'),
  )
  await expect.poll(async () => (await simulator.ledger('sim-2'))?.model).toBe('silent')
  expect(await refusal({ model: 'steady', messages })).toMatchObject({ status: 503, code: 'too_many_calls' })
  leaving.abort()
  expect(await Promise.all(open)).toEqual(['left', 'left'])
  await expect
    .poll(async () => (await simulator.askWhole({ model: 'steady?ttft=1&tps=9999&tokens=3' })).status)
    .toBe(200)
})

test('callers that leave in the middle of their bodies no longer count as open calls', async () => {
  const { port } = new URL(simulator.url)
  for (let caller = 0; caller < 3; caller++) {
    const socket = connect(Number(port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"model"')
    // A second request to the same server: when it is answered, the server has read the half body.
    await get('/health')
    socket.destroy()
    await once(socket, 'close')
  }
  await expect.poll(async () => (await refusal('{}')).status).toBe(400)
})

test('a reader that takes nothing of its answers is dropped', async () => {
  const strict = await startSimulator({ drainMsMax: 20 })
  const accepted = once(strict.server, 'connection') as Promise<[Socket]>
  const reader = connect(Number(new URL(strict.url).port), '127.0.0.1')
  // Together longer than what both sockets hold.
  reader.pause().write('GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(10_000))
  const [socket] = await accepted
  await once(socket, 'close')
  reader.destroy()
  await strict.close()
})
