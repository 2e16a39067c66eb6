import { describe, expect, test } from 'vitest'
import { context, hasRecordings, recorded } from '../testing/streams.ts'
import { gemini } from './gemini.ts'

test.each([
  [{ promptTokenCount: 3 }, [3, 0, 3]],
  [{ candidatesTokenCount: 4 }, [0, 4, 4]],
  [{ thoughtsTokenCount: 5 }, [0, 5, 5]],
])('of %j the missing count is 0', (usageMetadata, counts) => {
  const candidates = [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' }]
  const told = gemini.toCompletion({ candidates, usageMetadata }, context).usage!
  expect([told.prompt_tokens, told.completion_tokens, told.total_tokens]).toEqual(counts)
})

test.each([
  [400, 400],
  [599, 599],
  [399, 500],
  [600, 500],
  [undefined, 500],
])(
  'with a 200, the code %s stands for %i, and the whole error is its message where it has none',
  (code, status) => {
    const error = { code, status: 'ODD' }
    expect(() => gemini.toCompletion({ error }, context)).toThrow(
      expect.objectContaining({ status, message: JSON.stringify(error) }),
    )
  },
)

test('a whole answer becomes a completion', () => {
  const body = {
    candidates: [
      {
        content: {
          parts: [
            { text: 'hm', thought: true },
            { text: 'Look' },
            { text: 'ing.', thoughtSignature: 'sig-t' },
            { functionCall: { name: 'look', args: { at: 'sky' } }, thoughtSignature: 'sig-c' },
          ],
          role: 'model',
        },
        finishReason: 'STOP',
      },
    ],
    usageMetadata: {
      promptTokenCount: 3,
      candidatesTokenCount: 4,
      thoughtsTokenCount: 5,
      totalTokenCount: 12,
    },
    modelVersion: 'gemini-x',
    responseId: 'resp',
  }
  expect(gemini.toCompletion(body, context)).toEqual({
    id: 'resp',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'gemini-x',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Looking.',
          refusal: null,
          reasoning_content: 'hm',
          reasoning_details: [
            { format: 'gemini', type: 'thought_signature', signature: 'sig-t' },
            {
              format: 'gemini',
              type: 'thought_signature',
              signature: 'sig-c',
              tool_call_id: 'call_resp_0_0',
            },
          ],
          tool_calls: [
            { id: 'call_resp_0_0', type: 'function', function: { name: 'look', arguments: '{"at":"sky"}' } },
          ],
        },
        finish_reason: 'tool_calls',
        logprobs: null,
        native_finish_reason: 'STOP',
      },
    ],
    usage: {
      prompt_tokens: 3,
      completion_tokens: 9,
      total_tokens: 12,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 5 },
    },
  })
})

test('several candidates are choices in their order', () => {
  const candidates = [1, 0].map((index) => ({
    index,
    content: { parts: [{ text: `${index}` }] },
    finishReason: 'STOP',
  }))
  const { choices } = gemini.toCompletion({ candidates }, context)
  expect(choices.map(({ message }) => message.content)).toEqual(['0', '1'])
})

test('an answer that was filtered has no content', () => {
  const { choices } = gemini.toCompletion({ candidates: [{ finishReason: 'SAFETY' }] }, context)
  expect(choices[0]).toMatchObject({ message: { content: null }, finish_reason: 'content_filter' })
})

test.each([
  [{ error: { code: 429, message: 'Slow down', status: 'RESOURCE_EXHAUSTED' } }, 429, 'Slow down'],
  [{ candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL' }] }, 502, 'MALFORMED_FUNCTION_CALL'],
  [{ candidates: [{ content: { parts: [{ text: 'half' }] } }] }, 502, 'no whole answer'],
  [{}, 502, 'no whole answer'],
  [[], 502, 'no whole answer'],
])('%j is no answer', (body, status, words) => {
  expect(() => gemini.toCompletion(body, context)).toThrow(expect.objectContaining({ status }))
  expect(() => gemini.toCompletion(body, context)).toThrow(words)
})

describe('errors', () => {
  const read = (status: number, error: object, headers = {}) =>
    gemini.readError(status, headers, JSON.stringify({ error }))

  test('have the status of HTTP, but for a wrong key, which Google calls a bad argument', () => {
    expect(read(404, { code: 404, message: 'models/x is not found', status: 'NOT_FOUND' })).toEqual({
      status: 404,
      type: 'invalid_request_error',
      code: 'model_not_found',
      message: 'models/x is not found',
      retryAfterMs: null,
    })
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }]
    expect(
      read(400, { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT', details }),
    ).toMatchObject({
      status: 401,
      type: 'authentication_error',
      code: 'invalid_api_key',
    })
    expect(read(503, { code: 503, message: 'overloaded', status: 'UNAVAILABLE' }).code).toBe('overloaded')
    const long = 'The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).'
    expect(read(400, { code: 400, message: long }).code).toBe('context_length_exceeded')
  })

  test('come in a list where a stream was asked for', () => {
    const body = JSON.stringify([{ error: { code: 400, message: 'no' } }])
    expect(gemini.readError(400, {}, body).message).toBe('no')
  })

  test("say when to try again, and when a day's quota is used up", () => {
    const limit = (quotaId: string) => ({
      code: 429,
      message: 'quota',
      details: [
        { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId }] },
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2.5s' },
      ],
    })
    expect(read(429, limit('RequestsPerMinutePerModel'))).toMatchObject({
      code: 'rate_limit_exceeded',
      retryAfterMs: 2_500,
    })
    expect(read(429, limit('GenerateRequestsPerDayPerProjectPerModel-FreeTier')).code).toBe(
      'insufficient_quota',
    )
    expect(read(429, limit('x'), { 'retry-after': '7' }).retryAfterMs).toBe(7_000)
  })

  test.skipIf(!hasRecordings)('as recorded', () => {
    const body = recorded('errors/gemini-429-quota-retryinfo.json').toString()
    const fault = gemini.readError(429, {}, body)
    expect(fault).toMatchObject({
      status: 429,
      type: 'rate_limit_error',
      code: 'rate_limit_exceeded',
      retryAfterMs: 48_000,
    })
    expect(fault.message).toMatch(/^You exceeded your current quota.*retry in 48\.939935699s\.$/s)
  })
})
