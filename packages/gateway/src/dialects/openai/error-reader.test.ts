import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type ErrorBody,
  messages,
  oneModel,
  type RunningGateway,
  startGateway,
} from '../../testing/gateway.ts'
import { type Answering, json, startUpstream, type Upstream } from '../../testing/upstream.ts'

const secret = 'sk-a-secret-of-ours'
let upstream: Upstream
let gateway: RunningGateway
let answering: Answering

beforeAll(async () => {
  upstream = await startUpstream((response, request) => answering(response, request))
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: secret }
  gateway = await startGateway(oneModel(upstream.url, { params }))
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

async function refuse(body: unknown, status: number, headers: Record<string, string> = {}) {
  answering = json(body, status, headers)
  const response = await gateway.chat({ model: 'm', messages, stream: true })
  return { response, text: await response.text() }
}

test('a body in OpenAI’s form passes as its bytes', async () => {
  const body =
    '{ "error": {"message":"Bad key.", "type":"invalid_request_error","param":null,"code":"invalid_api_key"}}\n'
  const { response, text } = await refuse(body, 401)
  expect([response.status, text]).toEqual([401, body])
  const anthropic =
    '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}'
  expect((await refuse(anthropic, 529)).text).toBe(anthropic)
})

test('a body that is compressed, though nobody asked for it, is not passed on', async () => {
  const { response, text } = await refuse({ detail: 'packed' }, 503, { 'content-encoding': 'gzip' })
  expect(response.status).toBe(503)
  expect(response.headers.get('content-encoding')).toBeNull()
  expect(JSON.parse(text).error.message).toBe('m (custom) compressed its answer, though it was asked not to.')
})

const odd: [what: string, body: unknown, status: number, error: object][] = [
  [
    'an error that is a text',
    { code: 'Bad argument', error: 'Wrong key.' },
    400,
    { message: 'Wrong key.', code: 'Bad argument' },
  ],
  [
    'a detail',
    { detail: 'Invalid API Key' },
    401,
    { message: 'Invalid API Key', type: 'authentication_error', code: null },
  ],
  [
    'a list of details',
    { detail: [{ loc: ['body', 'model'], msg: 'Field required' }] },
    422,
    { message: 'body.model: Field required' },
  ],
  [
    'a detail inside a message',
    { message: { detail: [{ loc: ['body'], msg: 'Extra inputs' }] }, type: 'x' },
    422,
    { message: 'body: Extra inputs' },
  ],
  ['a message alone', { message: 'no such model' }, 404, { message: 'no such model' }],
  [
    'a list of errors',
    { errors: [{ code: 7, message: 'AI out of neurons' }] },
    429,
    { message: 'AI out of neurons', type: 'rate_limit_error' },
  ],
  [
    'a number as code',
    { error: { code: 429, message: 'Quota exceeded', status: 'RESOURCE_EXHAUSTED' } },
    429,
    { message: 'Quota exceeded', code: 'RESOURCE_EXHAUSTED' },
  ],
  ['a list around it', [{ error: { code: 400, message: 'Bad' } }], 400, { message: 'Bad', code: null }],
  [
    'a list around an envelope',
    [{ error: { code: 'x', message: 'Bad' } }],
    400,
    { message: 'Bad', code: 'x' },
  ],
  ['a list in an envelope', { error: [{ code: 'x', message: 'Bad' }] }, 400, { message: 'Bad', code: 'x' }],
  [
    'the words of a provider behind it',
    { error: { message: 'Provider returned error', code: 'x', metadata: { raw: 'Try again shortly' } } },
    429,
    { message: 'Provider returned error: Try again shortly' },
  ],
  ['plain text', 'length limit exceeded\n', 413, { message: 'length limit exceeded', code: null }],
  [
    'a web page',
    '<!DOCTYPE html><html><head><title>\n502 Bad Gateway </title></head><script>evil()</script>',
    502,
    { message: 'a web page instead of an answer: 502 Bad Gateway', type: 'server_error' },
  ],
  [
    'a status as code, with the parameter beside it (vLLM)',
    { error: { message: 'Too many.', type: 'BadRequestError', param: 'max_tokens', code: 400 } },
    400,
    { message: 'Too many.', type: 'BadRequestError', code: 'BadRequestError', param: 'max_tokens' },
  ],
  ['nothing', '', 503, { message: 'm (custom) answered 503 and said nothing more.' }],
  ['JSON that says nothing known', { oops: true }, 500, { message: '{"oops":true}' }],
]

test.each(odd)('%s becomes OpenAI’s form', async (_what, body, status, error) => {
  const { response, text } = await refuse(body, status)
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect((JSON.parse(text) as ErrorBody).error).toMatchObject({ param: null, ...error })
  expect(gateway.logs.at(-1)).toMatchObject({ outcome: `http_${status}`, status })
})

test.each([
  ['in its header', '', { 'retry-after': '41' }, '41'],
  ['in two headers', '', { 'retry-after': '1', 'retry-after-ms': '0' }, '1'],
  ['in milliseconds', '', { 'retry-after-ms': '1200' }, '2'],
  ['in milliseconds that are no number of a header', '', { 'retry-after-ms': '1e30' }, null],
  [
    'as a date, by the provider’s clock',
    '',
    { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT', date: 'Wed, 21 Oct 2026 07:27:20 GMT' },
    '40',
  ],
  [
    'as a date, without saying what time it is',
    '',
    { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT', date: 'now' },
    'Wed, 21 Oct 2026 07:28:00 GMT',
  ],
  [
    'in the body, as Gemini does',
    {
      error: {
        code: 429,
        message: 'Quota',
        details: [{ reason: 'x' }, { '@type': 'RetryInfo', retryDelay: '36.2s' }],
      },
    },
    {},
    '37',
  ],
  [
    'in the body, as more seconds than a header can hold',
    { error: { message: 'Quota', details: [{ retryDelay: `${'9'.repeat(30)}s` }] } },
    {},
    null,
  ],
  ['not at all', { error: { message: 'no' } }, {}, null],
])('when to come back is handed on: %s', async (_where, body, headers, retryAfter) => {
  const { response } = await refuse(body, 429, headers as Record<string, string>)
  expect(response.headers.get('retry-after')).toBe(retryAfter)
})

test('a key that the provider repeats is struck out', async () => {
  for (const body of [{ error: { message: `Wrong key: ${secret}.` } }, `Wrong key: ${secret}.`]) {
    const { text } = await refuse(body, 401)
    expect((JSON.parse(text) as ErrorBody).error.message).toBe('Wrong key: [key].')
  }
  expect(JSON.stringify(gateway.logs)).not.toContain(secret)
})

test('a redirect is no answer', async () => {
  const { response } = await refuse('', 301, { location: 'https://example.com' })
  expect(response.status).toBe(502)
})

test('an error body without end is read up to a bound', async () => {
  answering = (response) => {
    response.writeHead(500, { 'content-type': 'text/plain' })
    const write = () => {
      while (!response.destroyed && response.write('x'.repeat(10_000)));
      response.once('drain', write)
    }
    write()
  }
  const response = await gateway.chat({ model: 'm', messages })
  expect(response.status).toBe(500)
  expect(((await response.json()) as ErrorBody).error.message).toHaveLength(2000)
})
