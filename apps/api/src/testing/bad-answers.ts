/** Models whose answers have the faults of real providers, by the name of the fault. */
import type { FakeCall } from './fake-gateway.ts'

const chunk = (delta: object, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, ...more }] })}\n\n`
const hello = chunk({ content: 'hello' })
const stop = chunk({}, { finish_reason: 'stop' })

/** Streams as real providers send them; each ends after its last byte. */
const streams: Record<string, string> = {
  'no-done': hello + stop,
  'no-finish': `${hello}data: [DONE]\n\n`,
  'done-blanks': `${hello}data: [DONE] \n\n`,
  'done-behind-comment': `${hello}: ${'-'.repeat(64)}\ndata: [DONE]\n\n`,
  'one-line-end': `${hello + stop}data: [DONE]\n`,
  crlf: `${hello + stop}data: [DONE]\n\n`.replaceAll('\n', '\r\n'),
  comments: `: ping\n\n${hello}: ping\n\n${stop}data: [DONE]\n\n`,
  'no-space': `${hello + stop}data: [DONE]\n\n`.replaceAll('data: ', 'data:'),
  'empty-choices': `data: {"choices":[]}\n\n${hello}${stop}data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\ndata: [DONE]\n\n`,
  'usage-twice': `${hello}data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}\n\n${stop}data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\ndata: {"choices":[],"usage":null}\n\ndata: [DONE]\n\n`,
  utf8: `${chunk({ content: 'Größe 🏁' })}${stop}data: [DONE]\n\n`,
  'error-empty': [hello, stop].join('').replaceAll('"id":"c"', '"id":"c","error":{"message":"","code":null}'),
  pings: `data:\n\nevent: ping\ndata: 2026-01-01 00:00:00\n\n${hello}data: \n\n${stop}data: [DONE]\n\n`,
  'done-spaced': `${hello + stop}data: [DONE] \n\n`,
  'no-last-blank': `${hello}${stop}`.trimEnd(),

  cut: hello,
  'cut-in-event': `${hello}data: {"choices":[{"delta":{"cont`,
  'error-bare': `${hello}data: {"error":{"message":"It broke","code":"overloaded","status":529}}\n\n`,
  'error-event': `${hello}event: error\ndata: {"message":"It broke","code":"overloaded"}\n\n`,
  'error-event-text': `${hello}event: error\ndata: It broke\n\n`,
  'error-string': `${hello}data: {"error":"It broke","code":"overloaded"}\n\n`,
  'error-chunk': `${hello}data: {"choices":[{"delta":{"content":""},"finish_reason":"error"}],"error":{"message":"It broke","code":"overloaded"}}\n\ndata: [DONE]\n\n`,
  'error-finish': `${hello}data: {"choices":[{"delta":{"content":""},"finish_reason":"error"}]}\n\ndata: [DONE]\n\n`,
  'error-field': `${hello}error: {"message":"It broke","code":"overloaded"}\n\n`,
  'error-unframed': `${hello}{"error":{"message":"It broke","code":"overloaded"}}\n`,
  malformed: `${hello}data: {"choices": oops\n\n${stop}data: [DONE]\n\n`,
  'done-only': 'data: [DONE]\n\n',
  'finished-only': `data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`,
  'hidden-only': `data: {"choices":[{"index":0,"delta":{},"finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":300,"completion_tokens_details":{"reasoning_tokens":300}}}\n\ndata: [DONE]\n\n`,
  'stopped-code': 'data: {"error":{"message":"It broke","code":"stopped"}}\n\n',
}

/** Keys of Hugging Face, NVIDIA, GitHub, Replicate and Fireworks, and a JSON web token. */
export const otherKeys = [
  'hf_AbCdEfGhIjKlMnOpQrStUv',
  'nvapi-AbCdEfGhIjKlMnOpQrSt',
  'ghp_AbCdEfGhIjKlMnOpQrStUv',
  'github_pat_AbCdEfGhIjKlMnOp',
  'r8_AbCdEfGhIjKlMnOpQrStUv',
  'fw_AbCdEfGhIjKlMnOpQrStUv',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
]

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
  '429-endless': [
    429,
    'application/json',
    '{"error":{"message":"Slow down"}}',
    { 'retry-after': '9'.repeat(400) },
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
  'other-keys': [
    401,
    'application/json',
    JSON.stringify({ error: { message: `Wrong key: ${otherKeys.join(', ')}` } }),
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
  'error-as-stream': [200, 'text/event-stream', '{"error":{"message":"It broke","code":"overloaded"}}'],
  'json-as-stream': [200, 'text/event-stream', '{"choices":[{"message":{"content":"hello"}}]}'],
  'error-200': [200, 'application/json', '{"error":{"message":"It broke","code":"overloaded"}}'],
  'json-200': [
    200,
    'application/json',
    '{"id":"c","choices":[{"message":{"content":"hello"},"finish_reason":"stop"}]}',
  ],
  'delta-beside-200': [
    200,
    'application/json',
    '{"choices":[{"message":{"content":"hello"},"delta":{"role":"assistant","content":""},"finish_reason":"stop"}]}',
  ],
}

/** A gateway's report of a call that failed at two targets. */
export const report = {
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

export const models = {
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
  /** The connection stays open: the lane's own abort must not be taken for an error of the network. */
  'error-open': (call: FakeCall) => call.write(hello + streams['error-bare']!.slice(hello.length)),
  'malformed-open': (call: FakeCall) => call.write(`${hello}data: {"choices": oops\n\n`),
  /** Less than was announced. */
  '401-cut': (call: FakeCall) => {
    call.response.writeHead(401, { 'content-type': 'application/json', 'content-length': '1000' })
    call.response.write('{"error":{"message":"Invalid API Key", "code":"invalid', () =>
      call.response.destroy(),
    )
  },
  'reset-early': (call: FakeCall) => void call.response.socket?.resetAndDestroy(),
  fine: (call: FakeCall) => {
    call.answer('hello')
    call.finish()
  },
}

/** Byte by byte, each in an HTTP chunk of its own: events, line ends and characters are cut wherever they can be. */
function byByte(text: string) {
  return (call: FakeCall) => {
    call.response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const byte of Buffer.from(text)) call.response.write(Uint8Array.of(byte))
    call.response.end()
  }
}
