/** What goes wrong upstream, and what stands on the lane then: in words, with its status, never as a short success. */
import { createServer } from 'node:net'
import { type LaneState, laneStatus } from '@drag-race/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeCall, type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { race } from '../testing/race-client.ts'
import { startApp, type TestApp } from '../testing/start-app.ts'

const chunk = (delta: object, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, ...more }] })}\n\n`
const hello = chunk({ content: 'hello' })
const stop = chunk({}, { finish_reason: 'stop' })

/** Streams as they come in the field; each ends when its bytes are through. */
const streams: Record<string, string> = {
  'no-done': hello + stop,
  'no-finish': `${hello}data: [DONE]\n\n`,
  'one-line-end': `${hello + stop}data: [DONE]\n`,
  crlf: `${hello + stop}data: [DONE]\n\n`.replaceAll('\n', '\r\n'),
  comments: `: ping\n\n${hello}: ping\n\n${stop}data: [DONE]\n\n`,
  'no-space': `${hello + stop}data: [DONE]\n\n`.replaceAll('data: ', 'data:'),
  'empty-choices': `data: {"choices":[]}\n\n${hello}${stop}data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\ndata: [DONE]\n\n`,
  'usage-twice': `${hello}data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}\n\n${stop}data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\ndata: {"choices":[],"usage":null}\n\ndata: [DONE]\n\n`,
  utf8: `${chunk({ content: 'Größe 🏁' })}${stop}data: [DONE]\n\n`,
  'no-last-blank': `${hello}${stop}`.trimEnd(),

  cut: hello,
  'cut-in-event': `${hello}data: {"choices":[{"delta":{"cont`,
  'error-bare': `${hello}data: {"error":{"message":"It broke","code":"overloaded","status":529}}\n\n`,
  'error-event': `${hello}event: error\ndata: {"message":"It broke","code":"overloaded"}\n\n`,
  'error-string': `${hello}data: {"error":"It broke","code":"overloaded"}\n\n`,
  'error-chunk': `${hello}data: {"choices":[{"delta":{"content":""},"finish_reason":"error"}],"error":{"message":"It broke","code":"overloaded"}}\n\ndata: [DONE]\n\n`,
  'error-finish': `${hello}data: {"choices":[{"delta":{"content":""},"finish_reason":"error"}]}\n\ndata: [DONE]\n\n`,
  'error-field': `${hello}error: {"message":"It broke","code":"overloaded"}\n\n`,
  malformed: `${hello}data: {"choices": oops\n\n${stop}data: [DONE]\n\n`,
  'done-only': 'data: [DONE]\n\n',
  'finished-only': `data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`,
  'hidden-only': `data: {"choices":[{"index":0,"delta":{},"finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":300,"completion_tokens_details":{"reasoning_tokens":300}}}\n\ndata: [DONE]\n\n`,
  'stopped-code': 'data: {"error":{"message":"It broke","code":"stopped"}}\n\n',
}

/** Answers that are no stream. */
const answers: Record<
  string,
  [status: number, type: string, body: string, headers?: Record<string, string>]
> = {
  429: [
    429,
    'application/json',
    '{"error":{"message":"Slow down","code":"RateLimitReached"}}',
    { 'retry-after': '2' },
  ],
  '429-ms': [
    429,
    'application/json',
    '{"error":{"message":"Slow down"}}',
    { 'retry-after': '2', 'retry-after-ms': '1500' },
  ],
  '429-date': [
    429,
    'application/json',
    '{"error":{"message":"Slow down"}}',
    { 'retry-after': 'Fri, 01 Jan 2027 00:00:05 GMT', date: 'Fri, 01 Jan 2027 00:00:00 GMT' },
  ],
  '429-quota': [
    429,
    'application/json',
    '{"error":{"message":"You exceeded your current quota.","code":"insufficient_quota"}}',
  ],
  '429-words': [429, 'application/json', '{"error":{"message":"Please try again in 20ms."}}'],
  401: [
    401,
    'application/json',
    '{"error":{"message":"Incorrect API key provided: sk-abcdef123456789","code":"invalid_api_key"}}',
  ],
  html: [401, 'text/html', '<html><title>401 Authorization Required</title><script>x</script></html>'],
  'html-attribute': [502, 'text/html', '<html><TITLE lang="en">\n Bad Gateway </TITLE></html>'],
  'html-endless': [502, 'text/html', '<title'.repeat(350_000)],
  'late-word': [
    429,
    'application/json',
    JSON.stringify({ error: { message: `${' '.repeat(10_000)}try again in 20ms` } }),
  ],
  detail: [401, 'application/json', '{"detail":"Invalid API Key"}'],
  plain: [422, 'text/plain', 'Failed to deserialize'],
  string: [400, 'application/json', '{"code":"Client specified","error":"Bad key"}'],
  empty500: [500, 'text/plain', ''],
  moved: [302, 'text/plain', '', { location: 'http://elsewhere.example/' }],
  'empty-200': [200, 'application/json', ''],
  'empty-204': [204, 'text/event-stream', ''],
  'empty-205': [205, 'text/event-stream', ''],
  'text-200': [200, 'text/plain', 'welcome'],
  'silent-200': [
    200,
    'application/json',
    '{"choices":[{"index":0,"message":{"role":"assistant","content":null},"finish_reason":"stop"}]}',
  ],
  'error-200': [200, 'application/json', '{"error":{"message":"It broke","code":"overloaded"}}'],
  'json-200': [
    200,
    'application/json',
    '{"id":"c","choices":[{"message":{"content":"hello"},"finish_reason":"stop"}]}',
  ],
}

/** A gateway's account of a call that went to two targets in vain. */
const report = {
  requestId: 'req_1',
  provider: 'second',
  model: 'up-2',
  attempts: [
    { target: 'a', provider: 'first', model: 'up-1', outcome: 'http_503', status: 503 },
    { target: 'b', provider: 'second', model: 'up-2', outcome: 'upstream_unreachable', status: null },
  ].map((attempt) => ({ ...attempt, waitMs: 200, durationMs: 3 })),
  ...{ ttftMs: null, durationMs: 210, overheadMs: 1, costUsd: null },
}
const told = JSON.stringify({ error: { message: 'It broke', code: 'overloaded' }, gateway: report })
const asCall = (id: string) => ({ 'x-gateway-request-id': id, 'x-request-id': 'of the provider' })

const models = {
  'told-refused': (call: FakeCall) => call.json(502, JSON.parse(told), asCall('req_1')),
  'told-broken': (call: FakeCall) => {
    call.response.writeHead(200, { 'content-type': 'text/event-stream', ...asCall('req_1') })
    call.response.end(`${hello}data: ${told}\n\n`)
  },
  'told-forged': (call: FakeCall) => {
    call.response.writeHead(200, { 'content-type': 'text/event-stream', ...asCall('req_2') })
    call.response.end(`${hello}data: ${told}\n\n`)
  },
  'told-foreign': (call: FakeCall) =>
    call.json(503, { error: { message: 'It broke' } }, { 'x-request-id': 'foreign-1' }),
  ...Object.fromEntries(Object.entries(streams).map(([name, text]) => [name, byByte(text)])),
  ...Object.fromEntries(
    Object.entries(answers).map(([name, [status, type, body, headers]]) => [
      name,
      (call: FakeCall) =>
        void call.response.writeHead(status, { 'content-type': type, ...headers }).end(body),
    ]),
  ),
  reset: (call: FakeCall) => {
    call.write(hello)
    setImmediate(() => call.response.socket?.resetAndDestroy())
  },
  'reset-finished': (call: FakeCall) => {
    call.write(hello + stop)
    setImmediate(() => call.response.socket?.resetAndDestroy())
  },
  /** The connection stays open: what comes of closing it from this side is not the network's doing. */
  'error-open': (call: FakeCall) => call.write(hello + streams['error-bare']!.slice(hello.length)),
  'malformed-open': (call: FakeCall) => call.write(`${hello}data: {"choices": oops\n\n`),
  'reset-early': (call: FakeCall) => void call.response.socket?.resetAndDestroy(),
  fine: (call: FakeCall) => {
    call.answer('hello')
    call.finish()
  },
}

let gateway: FakeGateway
let app: TestApp
beforeAll(async () => {
  gateway = await startFakeGateway(models)
  app = await startApp({ gatewayUrl: gateway.url })
})
afterAll(async () => {
  await app?.close()
  await gateway?.close()
})

/** By the byte, each in an HTTP chunk of its own: events, line ends and characters are cut wherever they can be. */
function byByte(text: string) {
  return (call: FakeCall) => {
    call.response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const byte of Buffer.from(text)) call.response.write(Uint8Array.of(byte))
    call.response.end()
  }
}

async function lane(model: string, stream = true): Promise<LaneState> {
  const { lanes } = await race(app.url, { prompt: 'p', lanes: [{ model, stream }, { model: 'fine' }] })
  // Whatever befalls a lane, the other goes on.
  expect(laneStatus(lanes[1]!)).toBe('done')
  return lanes[0]!
}

describe('a stream is whole', () => {
  test.each([
    ['no-done', 'stop'],
    ['no-finish', null],
    ['one-line-end', 'stop'],
    ['crlf', 'stop'],
    ['comments', 'stop'],
    ['no-space', 'stop'],
    ['empty-choices', 'stop'],
    ['no-last-blank', 'stop'],
    ['reset-finished', 'stop'],
  ])('%s', async (model, finishReason) => {
    const { answer, outcome } = await lane(model)
    expect(outcome).toMatchObject({ kind: 'done', event: { finishReason } })
    expect(answer).toBe('hello')
  })

  test('with characters that were cut between reads', async () => {
    expect((await lane('utf8')).answer).toBe('Größe 🏁')
  })

  test('with the last usage that is not null, never a sum', async () => {
    const { outcome } = await lane('usage-twice')
    expect(outcome).toMatchObject({ event: { usage: { inputTokens: 3, outputTokens: 4, source: 'usage' } } })
  })
})

describe('a stream is an error, never a short success', () => {
  test.each([
    ['cut', 'stream_cut', null],
    ['cut-in-event', 'stream_cut', null],
    ['reset', 'stream_cut', null],
    ['error-bare', 'overloaded', 529],
    ['error-open', 'overloaded', 529],
    ['malformed-open', 'malformed_stream', null],
    ['error-event', 'overloaded', null],
    ['error-string', 'overloaded', null],
    ['error-chunk', 'overloaded', null],
    ['error-field', 'overloaded', null],
    ['error-finish', 'provider_error', null],
    ['malformed', 'malformed_stream', null],
  ])('%s', async (model, code, status) => {
    const { answer, outcome } = await lane(model)
    expect(outcome).toMatchObject({ kind: 'failed', event: { code, status, retryAfterMs: null } })
    // What had arrived stays.
    expect(answer).toBe('hello')
    if (code === 'overloaded')
      expect(outcome?.kind === 'failed' && outcome.event.message).toMatch(/^It broke\. /)
  })

  test('when nothing was in it', async () => {
    expect((await lane('done-only')).outcome).toMatchObject({
      kind: 'failed',
      event: { code: 'empty_response' },
    })
    expect((await lane('empty-200')).outcome).toMatchObject({
      kind: 'failed',
      event: { code: 'empty_response' },
    })
  })

  test.each([
    ['finished-only', 'The answer ended without a token (finish reason: stop). Race again.'],
    [
      'hidden-only',
      'The answer ended without a token (finish reason: length). 300 output tokens were counted and not sent, as of reasoning that stays hidden: let it write more.',
    ],
  ])('when it was whole and said nothing: %s', async (model, message) => {
    expect((await lane(model)).outcome).toMatchObject({
      kind: 'failed',
      event: { code: 'no_token', message },
    })
  })

  // A Response of these takes no stream: in the lane thread that must not be the end of every race.
  test.each([204, 205])('when it came with status %i', async (status) => {
    const { outcome } = await lane(`empty-${status}`)
    expect(outcome).toMatchObject({
      kind: 'failed',
      event: { code: 'empty_response', status, message: expect.stringContaining(`answered ${status}`) },
    })
  })

  test('when a whole body came instead', async () => {
    expect((await lane('json-200')).outcome).toMatchObject({
      kind: 'failed',
      event: { code: 'not_a_stream' },
    })
    expect((await lane('error-200')).outcome).toMatchObject({ kind: 'failed', event: { code: 'overloaded' } })
  })

  test("and no provider can make it look like somebody's stop", async () => {
    expect(laneStatus(await lane('stopped-code'))).toBe('failed')
  })
})

describe.each([true, false])('an error status, streaming: %s', (stream) => {
  test.each([
    [
      '429',
      { status: 429, retryAfterMs: 2000, code: 'rate_limit_reached', message: /^Slow down\. Wait 2 s/ },
    ],
    ['429-ms', { status: 429, retryAfterMs: 1500, code: 'http_429', message: /^Slow down\./ }],
    ['429-date', { status: 429, retryAfterMs: 5000, code: 'http_429', message: /^Slow down\./ }],
    [
      '429-quota',
      { status: 429, retryAfterMs: null, code: 'insufficient_quota', message: /quota\. Raise its limit/ },
    ],
    ['429-words', { status: 429, retryAfterMs: 20, code: 'http_429', message: /try again in 20ms/ }],
    [
      '401',
      { status: 401, retryAfterMs: null, code: 'invalid_api_key', message: /^Incorrect API key.* Check/ },
    ],
    [
      'html',
      { status: 401, retryAfterMs: null, code: 'http_401', message: /HTML \(“401 Authorization Required”\)/ },
    ],
    ['html-attribute', { status: 502, code: 'http_502', message: /HTML \(“Bad Gateway”\)/ }],
    // No more is looked at of a long message than is needed: lanes are stamped where it is read.
    ['late-word', { status: 429, retryAfterMs: null, code: 'http_429', message: /without a word/ }],
    ['detail', { status: 401, retryAfterMs: null, code: 'http_401', message: /^Invalid API Key\./ }],
    ['plain', { status: 422, retryAfterMs: null, code: 'http_422', message: /^Failed to deserialize\./ }],
    ['string', { status: 400, retryAfterMs: null, code: 'client_specified', message: /^Bad key\./ }],
    ['empty500', { status: 500, retryAfterMs: null, code: 'http_500', message: /without a word/ }],
    ['moved', { status: 302, retryAfterMs: null, code: 'http_302', message: /GATEWAY_URL/ }],
  ])('%s stands on the lane in words', async (model, { message, ...expected }) => {
    const { outcome } = await lane(model, stream)
    expect(outcome).toMatchObject({ kind: 'failed', event: expected })
    const said = outcome!.kind === 'failed' ? outcome!.event.message : ''
    expect(said).toMatch(message)
    expect(said).not.toMatch(/sk-abc|<|undefined|\[object/)
  })

  test('a connection that is closed before the answer says so', async () => {
    expect((await lane('reset-early', stream)).outcome).toMatchObject({ event: { code: 'connection_lost' } })
  })
})

describe('of a call that failed the gateway tells what it tried, and the id it is found by', () => {
  test.each([
    ['told-refused', true],
    ['told-refused', false],
    ['told-broken', true],
  ])('%s, streaming: %s', async (model, stream) => {
    const { outcome } = await lane(model, stream)
    expect(outcome).toMatchObject({ kind: 'failed', event: { gateway: report, requestId: 'req_1' } })
  })

  test('an account that is of another call is none', async () => {
    const { outcome } = await lane('told-forged')
    expect(outcome).toMatchObject({ kind: 'failed', event: { code: 'overloaded', requestId: 'req_2' } })
    expect(outcome!.event).not.toHaveProperty('gateway')
  })

  test('a foreign gateway has an id at least', async () => {
    const { outcome } = await lane('told-foreign')
    expect(outcome!.event).toMatchObject({ status: 503, requestId: 'foreign-1' })
    expect(outcome!.event).not.toHaveProperty('gateway')
  })

  test('one that never answered tells nothing', async () => {
    const { outcome } = await lane('reset-early')
    expect(outcome!.event).not.toHaveProperty('gateway')
    expect(outcome!.event).not.toHaveProperty('requestId')
  })
})

// All lanes of all races are stamped on one thread. Gone through once for each of its words, this page holds it for many minutes.
test('a page that is made to be slow to read is read at once', async () => {
  expect((await lane('html-endless')).outcome).toMatchObject({
    kind: 'failed',
    event: { code: 'http_502', message: expect.stringMatching(/^The answer was a page of HTML, not/) },
  })
})

describe('without streaming', () => {
  test.each([
    ['error-200', 'overloaded'],
    ['empty-200', 'empty_response'],
    ['empty-204', 'empty_response'],
    ['empty-205', 'empty_response'],
    ['text-200', 'malformed_answer'],
    ['silent-200', 'no_token'],
    ['no-done', 'malformed_answer'],
  ])('%s is an error', async (model, code) => {
    expect((await lane(model, false)).outcome).toMatchObject({ kind: 'failed', event: { code } })
  })

  test('an answer is an answer', async () => {
    expect((await lane('json-200', false)).answer).toBe('hello')
  })
})

test('a gateway that is not there stands on each lane, with its address and what to do', async () => {
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const { port } = closed.address() as { port: number }
  await new Promise((resolve) => closed.close(resolve))
  const lonely = await startApp({ gatewayUrl: `http://127.0.0.1:${port}` })
  const state = await race(lonely.url, {
    prompt: 'p',
    lanes: [{ model: 'a' }, { model: 'b', stream: false }],
  })
  for (const { outcome } of state.lanes) {
    expect(outcome).toMatchObject({ kind: 'failed', event: { code: 'gateway_unreachable', status: null } })
    expect(outcome!.kind === 'failed' && outcome!.event.message).toContain(`http://127.0.0.1:${port}`)
  }
  expect(state.end?.reason).toBe('finished')
  const health = await (await fetch(`${lonely.url}/api/health`)).json()
  expect(health).toMatchObject({ status: 'degraded', gateway: { isReachable: false } })
  const list = await (await fetch(`${lonely.url}/api/models`)).json()
  expect(list).toMatchObject({ models: [], problem: expect.stringMatching(/Cannot reach the gateway/) })
  await lonely.close()
})
