import { describe, expect, test } from 'vitest'
import { context, hasRecordings, recorded } from '../testing/streams.ts'
import { anthropic } from './anthropic.ts'

const message = (more: object) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-x',
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 3, cache_read_input_tokens: 2, cache_creation_input_tokens: null, output_tokens: 4 },
  ...more,
})

test('a whole message becomes a completion', () => {
  const content = [
    { type: 'thinking', thinking: 'hm', signature: 'sig' },
    { type: 'text', text: 'Look' },
    { type: 'text', text: 'ing.' },
    { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'sky' } },
    { type: 'tool_use', id: 'toolu_2', name: 'now', input: {} },
  ]
  expect(anthropic.toCompletion(message({ content, stop_reason: 'tool_use' }), context)).toEqual({
    id: 'msg_1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'claude-x',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Looking.',
          refusal: null,
          reasoning_content: 'hm',
          reasoning_details: [
            { format: 'anthropic', type: 'thinking', thinking: 'hm', signature: 'sig', index: 0 },
          ],
          tool_calls: [
            { id: 'toolu_1', type: 'function', function: { name: 'look', arguments: '{"at":"sky"}' } },
            { id: 'toolu_2', type: 'function', function: { name: 'now', arguments: '{}' } },
          ],
        },
        finish_reason: 'tool_calls',
        logprobs: null,
        native_finish_reason: 'tool_use',
      },
    ],
    usage: {
      prompt_tokens: 5,
      completion_tokens: 4,
      total_tokens: 9,
      prompt_tokens_details: { cached_tokens: 2 },
    },
  })
})

test('an answer without a word is an answer', () => {
  const { choices } = anthropic.toCompletion(message({ content: [] }), context)
  expect(choices[0]).toMatchObject({ message: { content: null }, finish_reason: 'stop' })
})

test('thoughts after a call keep their place; an empty text takes none', () => {
  const content = [
    { type: 'text', text: '' },
    { type: 'tool_use', id: 'toolu_1', name: 'look' },
    { type: 'thinking', thinking: 'hm', signature: 'sig' },
  ]
  const { message: said } = anthropic.toCompletion(message({ content }), context).choices[0]!
  expect(said.tool_calls![0]!.function.arguments).toBe('{}')
  expect(said.reasoning_details).toMatchObject([{ signature: 'sig', index: 1 }])
})

test.each([
  [{ input_tokens: 3 }, [3, 0, 3]],
  [{ output_tokens: 4 }, [0, 4, 4]],
])('of %j the missing count is 0', (usage, counts) => {
  const told = anthropic.toCompletion(message({ content: [], usage }), context).usage!
  expect([told.prompt_tokens, told.completion_tokens, told.total_tokens]).toEqual(counts)
})

test.each([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['timeout_error', 504],
  ['overloaded_error', 529],
  ['error of a later day', 500],
])('with a 200, %s stands for %i, and the whole error is its message where it has none', (type, status) => {
  expect(() => anthropic.toCompletion({ type: 'error', error: { type } }, context)).toThrow(
    expect.objectContaining({ status, message: JSON.stringify({ type }) }),
  )
})

test.each([
  [{ type: 'error', error: { type: 'rate_limit_error', message: 'Slow down' } }, 429, 'Slow down'],
  [{ choices: [] }, 502, 'no message of Anthropic'],
  [null, 502, 'no message of Anthropic'],
  [message({ content: [], stop_reason: null }), 502, 'no message of Anthropic'],
  [message({ content: null }), 502, 'no message of Anthropic'],
])('%j is no answer', (body, status, words) => {
  expect(() => anthropic.toCompletion(body, context)).toThrow(expect.objectContaining({ status }))
  expect(() => anthropic.toCompletion(body, context)).toThrow(words)
})

describe('errors', () => {
  const read = (status: number, body: object | string, headers = {}) =>
    anthropic.readError(status, headers, typeof body === 'string' ? body : JSON.stringify(body))
  const said = (type: string, text: string) => ({ type: 'error', error: { type, message: text } })

  test.each([
    [400, said('invalid_request_error', 'max_tokens: required'), 'invalid_request_error', 'invalid_request'],
    [
      400,
      said('invalid_request_error', 'prompt is too long: 203045 tokens > 200000 maximum'),
      'invalid_request_error',
      'context_length_exceeded',
    ],
    [
      400,
      said('invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'),
      'invalid_request_error',
      'insufficient_quota',
    ],
    [401, said('authentication_error', 'invalid x-api-key'), 'authentication_error', 'invalid_api_key'],
    [403, said('permission_error', 'no'), 'permission_error', 'permission_denied'],
    [404, said('not_found_error', 'model: claude-none'), 'invalid_request_error', 'model_not_found'],
    [413, said('request_too_large', 'big'), 'invalid_request_error', 'request_too_large'],
    [500, said('api_error', 'oops'), 'server_error', 'server_error'],
    [529, said('overloaded_error', 'Overloaded'), 'server_error', 'overloaded'],
  ])('%i %j', (status, body, type, code) => {
    expect(read(status, body)).toEqual({
      status,
      type,
      code,
      message: body.error.message,
      retryAfterMs: null,
    })
  })

  test('say when to come back, by either header', () => {
    const body = said('rate_limit_error', 'slow')
    expect(read(429, body, { 'retry-after': '41' }).retryAfterMs).toBe(41_000)
    expect(read(429, body, { 'retry-after-ms': '1500', 'retry-after': '2' }).retryAfterMs).toBe(1_500)
    // Azure's front door says both.
    expect(read(429, body, { 'retry-after-ms': '0', 'retry-after': '1' }).retryAfterMs).toBe(1_000)
    expect(read(429, body, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }).retryAfterMs).toBeNull()
  })

  test('of a proxy in front of it are read by their words', () => {
    expect(read(502, '<html><head><title>502 Bad Gateway</title></head></html>').message).toBe(
      'a web page instead of an answer: 502 Bad Gateway',
    )
    const xml = '<Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>'
    expect(read(403, xml).message).toBe(xml)
    expect(read(503, 'upstream connect error').message).toBe('upstream connect error')
    expect(read(500, '').message).toBe('The provider sent an error without a message.')
  })

  test.skipIf(!hasRecordings)('as recorded', () => {
    const errorOf = (name: string, status: number, headers = {}) =>
      anthropic.readError(status, headers, recorded(`errors/${name}`).toString())
    expect(errorOf('anthropic-401-invalid-api-key.json', 401)).toEqual({
      status: 401,
      type: 'authentication_error',
      code: 'invalid_api_key',
      message: 'invalid x-api-key',
      retryAfterMs: null,
    })
    const limited = errorOf('anthropic-429-rate-limit-retry-after.json', 429, { 'retry-after': '41' })
    expect(limited).toMatchObject({
      status: 429,
      type: 'rate_limit_error',
      code: 'rate_limit_exceeded',
      retryAfterMs: 41_000,
    })
    expect(limited.message).toContain('rate limit of 450,000 input tokens per minute')
    expect(errorOf('anthropic-529-overloaded.json', 529)).toMatchObject({
      code: 'overloaded',
      message: 'Overloaded',
    })
  })
})
