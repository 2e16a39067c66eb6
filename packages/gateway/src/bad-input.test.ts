/**
 * Invalid calls: the right status, in the form of errors that clients read, counted by reason, and nothing is sent to a
 * provider. `broken-requests.test.ts` has bytes that are hardly a request.
 */
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, keyOf } from './testing/door.ts'
import { type ErrorBody, messages, type RunningGateway, startGateway } from './testing/gateway.ts'
import { json, startUpstream, type Upstream } from './testing/upstream.ts'

let upstream: Upstream
let gateway: RunningGateway

beforeAll(async () => {
  upstream = await startUpstream(json({ choices: [{ message: {} }] }))
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-of-the-gateway' }
  gateway = await startGateway({
    models: [
      { name: 'gpt-4o-mini', provider: 'openai', params: { apiKey: '$OPENAI_API_KEY' } },
      { name: 'm-large', provider: 'custom', params },
      { name: 'm-small', provider: 'custom', params },
    ],
    policies: {
      bodyBytesMax: 1000,
      apiKeys: { mode: 'optional', keys: [keyOf('few', { allowedModels: ['m-small'] })] },
    },
  })
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

const good = { model: 'm-large', messages }
const typed = { 'content-type': 'application/json' }
const path = '/v1/chat/completions'
const refusals = (reason: string) => gateway.sample('gateway_refused_total', `reason="${reason}"`)

const refused: [
  what: string,
  status: number,
  code: string,
  names: RegExp,
  body: string | Buffer<ArrayBuffer>,
  headers?: Record<string, string>,
][] = [
  ['broken JSON', 400, 'invalid_json', /not JSON/, '{"model":'],
  ['no body', 400, 'invalid_json', /empty/, ''],
  ['no object', 400, 'invalid_request', /JSON object/, '[]'],
  ['no model', 400, 'invalid_request', /`model`/, JSON.stringify({ messages })],
  ['no messages', 400, 'invalid_request', /`messages`/, JSON.stringify({ model: 'm' })],
  [
    'an empty list of messages',
    400,
    'invalid_request',
    /`messages`/,
    JSON.stringify({ ...good, messages: [] }),
  ],
  ['a wrong stream', 400, 'invalid_request', /`stream`/, JSON.stringify({ ...good, stream: 'yes' })],
  [
    'wrong stream options',
    400,
    'invalid_request',
    /include_usage/,
    JSON.stringify({ ...good, stream_options: { include_usage: 1 } }),
  ],
  ['an unknown model', 404, 'model_not_found', /"m-large"/, JSON.stringify({ ...good, model: 'm-larg' })],
  [
    'a slip of the finger',
    404,
    'model_not_found',
    /"m-small"/,
    JSON.stringify({ ...good, model: 'm-smlal' }),
  ],
  [
    'a model without its key',
    503,
    'model_unavailable',
    /OPENAI_API_KEY/,
    JSON.stringify({ ...good, model: 'gpt-4o-mini' }),
  ],
  [
    'a body over the limit',
    413,
    'request_too_large',
    /1000 bytes/,
    JSON.stringify({ ...good, x: 'x'.repeat(2000) }),
  ],
  ['bytes that are no UTF-8', 400, 'invalid_json', /UTF-8/, Buffer.from('"\xff"', 'latin1')],
  ['a byte order mark', 400, 'invalid_json', /byte order mark: send it without/, '\ufeff{}'],
  [
    'a wrong key',
    401,
    'invalid_api_key',
    /key/,
    JSON.stringify(good),
    { ...typed, ...bearer('wrong').headers },
  ],
  [
    'a model that the key may not use',
    403,
    'model_not_allowed',
    /not among the models of few: m-small/,
    JSON.stringify(good),
    { ...typed, ...bearer('key-of-few').headers },
  ],
  ['a form', 415, 'unsupported_media_type', /application\/json/, 'a=b', { 'content-type': 'text/plain' }],
  [
    'a packed body',
    415,
    'unsupported_media_type',
    /uncompressed/,
    '{}',
    { ...typed, 'content-encoding': 'gzip' },
  ],
]

// A provider in Go serves the second model of `{"model": "m-small", "Model": "m-large"}`.
for (const [key, meant] of [
  ['Model', 'model'],
  ['MESSAGES', 'messages'],
  ['Max_Tokens', 'max_tokens'],
  ['max_to\u212aens', 'max_tokens'],
  ['\u017ftream', 'stream'],
  ['N', 'n'],
  ['Suffix', 'suffix'],
  ['Prediction', 'prediction'],
] as const) {
  const body = JSON.stringify({ ...good, [key]: 'm-small' })
  refused.push([`a member ${key}`, 400, 'invalid_request', new RegExp(`write \`${meant}\``), body])
}

test.each(refused)('%s gets %i %s', async (_what, status, code, names, body, headers) => {
  const [calls, reasons] = [
    await gateway.sample('gateway_requests_total', `status="${status}"`),
    await refusals(code),
  ]
  const response = await fetch(gateway.url + path, { method: 'POST', headers: headers ?? typed, body })
  expect(response.status).toBe(status)
  const { error } = (await response.json()) as ErrorBody
  expect(error).toEqual({
    message: expect.stringMatching(names),
    type: expect.stringMatching(/^(invalid_request|authentication|permission|server)_error$/),
    code,
    param: null,
  })
  expect(response.headers.get('x-gateway-request-id')).toMatch(/^req_\w{32}$/)
  expect(response.headers.get('x-gateway-request-id')).not.toMatch(/^req_0{12}/)
  expect(upstream.received).toEqual([])
  expect(await gateway.sample('gateway_requests_total', `status="${status}"`)).toBe(calls + 1)
  expect(await refusals(code)).toBe(reasons + 1)
})

test.each([
  ['an unknown address', '/v1/chat', {}, 404, 'not_found'],
  ['a wrong method', path, {}, 405, 'method_not_allowed'],
  ['the host of a page elsewhere', '/v1/models', { host: 'evil.example' }, 403, 'host_not_allowed'],
  ['a wrong key for the list of models', '/v1/models', bearer('wrong').headers, 401, 'invalid_api_key'],
])('%s is counted by its reason too', async (_what, where, headers, status, reason) => {
  const before = await refusals(reason)
  const request = httpRequest(gateway.url + where, { headers }).end()
  const [response] = await once(request, 'response')
  expect([response.statusCode, JSON.parse(await text(response)).error.code]).toEqual([status, reason])
  expect(await refusals(reason)).toBe(before + 1)
})

test('members that the gateway does not read can be spelt in any way', async () => {
  const body = JSON.stringify({ ...good, Models: 1, TOP_K: 1, '': 1, 'mod(el': 1 })
  expect((await fetch(gateway.url + path, { method: 'POST', headers: typed, body })).status).toBe(200)
  expect(upstream.received.splice(0)).toHaveLength(1)
})

test('a body that grows over the limit without having said so is refused too', async () => {
  const request = httpRequest(gateway.url + path, { method: 'POST', headers: typed })
  request.write(`{"x":"${'x'.repeat(1500)}`)
  request.end('"}')
  const [response] = await once(request, 'response')
  expect(response.statusCode).toBe(413)
  expect(JSON.parse(await text(response)).error.code).toBe('request_too_large')
})
