import { describe, expect, test } from 'vitest'
import { toProviderError } from '../dialects/openai/error-reader.ts'
import { CallerGone, type ErrorCode, errorStatus, GatewayError } from '../errors.ts'
import { oneModel, toConfig } from '../testing/gateway.ts'
import { toHealth } from './health.ts'
import { toTarget } from './target.ts'
import { whatNext } from './what-next.ts'

const { connection, ...model } = toConfig(oneModel('http://127.0.0.1:1')).models[0]!
if (connection.state !== 'known') throw new Error('the model has no address')
const target = toTarget({ ...model, connection })

/** What a provider refuses with, in OpenAI's form. */
const refusal = (status: number, error: object = {}, headers: Record<string, string> = {}) =>
  toProviderError(
    { status, headers, body: Buffer.from(JSON.stringify({ error: { message: 'no', ...error } })) },
    target,
  )

describe('a refusal', () => {
  test.each([
    ['same target', 408],
    ['same target', 425],
    ['same target', 429],
    ['same target', 500],
    ['same target', 503],
    ['same target', 529],
    ['next target', 401],
    ['next target', 402],
    ['next target', 403],
    ['next target', 404],
    ['give up', 400],
    ['give up', 409],
    ['give up', 413],
    ['give up', 422],
    ['give up', 499],
  ])('%s after %i', (next, status) => {
    expect(whatNext(refusal(status))).toBe(next)
  })

  test.each([
    ['context fallback', 400, { code: 'context_length_exceeded' }],
    ['context fallback', 400, { message: 'prompt is too long: 210000 tokens > 200000 maximum' }],
    [
      'context fallback',
      400,
      { message: 'The input token count (1200000) exceeds the maximum number of tokens' },
    ],
    ['give up', 400, { code: 'content_filter' }],
    ['give up', 400, { message: "triggering Azure OpenAI's content management policy" }],
    ['give up', 429, { message: 'Request too large for gpt-4o on tokens per min (TPM): Limit 30000' }],
    ['next target', 429, { code: 'insufficient_quota' }],
    ['as if not there', 400, { code: 'previous_response_not_found' }],
    ['same target', 429, { message: 'Rate limit reached for gpt-4o: tokens per min' }],
    ['same target', 500, { message: 'maximum context length' }],
    [
      'context fallback',
      500,
      { code: 500, message: 'input (3600 tokens) is too large to process. increase the physical batch size' },
    ],
    ['as if not there', 500, { code: 500, message: 'image input is not supported - hint: …' }],
  ])('%s after %i %o', (next, status, error) => {
    expect(whatNext(refusal(status, error))).toBe(next)
  })

  test('the provider’s own word goes before its status', () => {
    expect(whatNext(refusal(503, {}, { 'x-should-retry': 'false' }))).toBe('next target')
    expect(whatNext(refusal(400, {}, { 'x-should-retry': 'true' }))).toBe('same target')
    expect(whatNext(refusal(400, {}, { 'x-should-retry': 'false' }))).toBe('give up')
    expect(whatNext(refusal(503, {}, { 'x-should-retry': 'perhaps' }))).toBe('same target')
  })
})

test.each([
  ['seconds', { 'retry-after': '2' }, {}, 2000],
  ['milliseconds, which are more exact', { 'retry-after': '2', 'retry-after-ms': '1500' }, {}, 1500],
  [
    'no milliseconds beside the seconds, as Azure sends them',
    { 'retry-after': '20', 'retry-after-ms': '0' },
    {},
    20_000,
  ],
  ['no milliseconds', { 'retry-after-ms': '0' }, {}, 0],
  [
    'a date, read by the provider’s own clock',
    { 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT', date: 'Thu, 01 Jan 2026 00:00:00 GMT' },
    {},
    5000,
  ],
  ['a date without a clock to read it by', { 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }, {}, null],
  ['nonsense', { 'retry-after': '-1' }, {}, null],
  ['Gemini’s RetryInfo', {}, { details: [{ retryDelay: '48.5s' }] }, 48_500],
  ['nothing', {}, {}, null],
])('when to come back: %s', (_what, headers, error, expected) => {
  expect(refusal(429, error, headers as Record<string, string>).retryAfterMs).toBe(expected)
})

test('an error of ours goes where another try may help, and every code is decided', () => {
  const next = (code: ErrorCode) => whatNext(new GatewayError(code, ''))
  expect(Object.groupBy((Object.keys(errorStatus) as ErrorCode[]).sort(), next)).toEqual({
    'same target': [
      'empty_response',
      'out_of_file_handles',
      'stream_cut',
      'stream_error',
      'upstream_unreachable',
    ],
    'next target': [
      'answer_timeout',
      'bad_response',
      'first_token_timeout',
      'idle_timeout',
      'malformed_stream',
      'upstream_timeout',
    ],
    'as if not there': ['not_carried'],
    'give up': expect.any(Array),
  })
  // In a stream the provider's status decides, as outside of one.
  const inStream = (status: number) => whatNext(new GatewayError('stream_error', '', { status }))
  expect([400, 401, 429].map(inStream)).toEqual(['give up', 'next target', 'same target'])
  expect(whatNext(new CallerGone('caller_left'))).toBe('give up')
  expect(whatNext(new TypeError('a fault of ours'))).toBe('give up')
})

test('health: the target’s own faults are failures; the caller’s are not, nor is a caller who left', () => {
  const usual = { countRateLimits: false, isFirst: true }
  const isFailure = (error: unknown, how = usual) => toHealth(error, how) === 'failure'
  for (const status of [500, 503, 401, 403]) expect(isFailure(refusal(status)), String(status)).toBe(true)
  for (const status of [400, 404, 413, 422, 429])
    expect(isFailure(refusal(status)), String(status)).toBe(false)
  expect(isFailure(refusal(429), { ...usual, countRateLimits: true })).toBe(true)
  expect(isFailure(new CallerGone('caller_left'))).toBe(false)
  expect(isFailure(new GatewayError('stream_cut', ''))).toBe(true)
  expect(isFailure(new GatewayError('out_of_file_handles', ''))).toBe(false)
  expect([400, 500].map((status) => isFailure(new GatewayError('stream_error', '', { status })))).toEqual([
    false,
    true,
  ])
  const tooLong = { status: 500, reason: 'context_length' } as const
  expect(isFailure(new GatewayError('stream_error', '', tooLong))).toBe(false)
  const unsafe = { status: 403, reason: 'content_policy' } as const
  expect(isFailure(new GatewayError('stream_error', '', unsafe))).toBe(false)
  const spent = new GatewayError('stream_error', '', { status: 429, reason: 'quota' })
  expect(isFailure(spent, { ...usual, countRateLimits: true })).toBe(false)
  expect(isFailure(new GatewayError('total_timeout', ''))).toBe(true)
  expect(isFailure(new GatewayError('total_timeout', ''), { ...usual, isFirst: false })).toBe(false)
})
