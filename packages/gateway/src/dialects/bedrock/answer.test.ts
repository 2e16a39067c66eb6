import { describe, expect, test } from 'vitest'
import { context } from '../testing/streams.ts'
import { bedrock } from './bedrock.ts'

test('a whole answer becomes a completion', () => {
  const content = [
    { reasoningContent: { reasoningText: { text: 'hm', signature: 'sig' } } },
    { reasoningContent: { redactedContent: 'c2VhbGVk' } },
    { text: 'Looking.' },
    { toolUse: { toolUseId: 'tooluse_1', name: 'look', input: { at: 'sky' } } },
    { toolUse: { toolUseId: 'tooluse_2', name: 'now', input: {} } },
  ]
  const body = {
    output: { message: { role: 'assistant', content } },
    stopReason: 'tool_use',
    usage: {
      inputTokens: 3,
      outputTokens: 4,
      totalTokens: 9,
      cacheReadInputTokens: 2,
      cacheWriteInputTokens: 0,
    },
  }
  expect(bedrock.toCompletion(body, context)).toEqual({
    id: 'chatcmpl-own',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'asked-for',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Looking.',
          refusal: null,
          reasoning_content: 'hm',
          reasoning_details: [
            { format: 'bedrock', type: 'thinking', thinking: 'hm', signature: 'sig', index: 0 },
            { format: 'bedrock', type: 'redacted_thinking', data: 'c2VhbGVk', index: 1 },
          ],
          tool_calls: [
            { id: 'tooluse_1', type: 'function', function: { name: 'look', arguments: '{"at":"sky"}' } },
            { id: 'tooluse_2', type: 'function', function: { name: 'now', arguments: '{}' } },
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
      prompt_tokens_details: { cached_tokens: 2, cache_write_tokens: 0 },
    },
  })
})

test('thoughts after text and calls keep their place', () => {
  const content = [
    { text: 'Looking.' },
    { toolUse: { toolUseId: 'a', name: 'look', input: {} } },
    { reasoningContent: { reasoningText: { text: 'hm', signature: 'sig' } } },
  ]
  const body = { output: { message: { role: 'assistant', content } }, stopReason: 'end_turn' }
  expect(bedrock.toCompletion(body, context).choices[0]!.message.reasoning_details).toMatchObject([
    { signature: 'sig', index: 2 },
  ])
})

test.each([
  [{ inputTokens: 3 }, [3, 0, 3]],
  [{ outputTokens: 4 }, [0, 4, 4]],
])('of %j the missing count is 0', (usage, counts) => {
  const body = { output: { message: { role: 'assistant', content: [] } }, stopReason: 'end_turn', usage }
  const told = bedrock.toCompletion(body, context).usage!
  expect([told.prompt_tokens, told.completion_tokens, told.total_tokens]).toEqual(counts)
})

test.each([
  [{ Output: { __type: 'com.amazon.coral.service#UnknownOperationException' } }, 'no answer of Converse'],
  [{ output: { message: { content: [] } }, stopReason: 'malformed_tool_use' }, 'malformed_tool_use'],
  [{ output: { message: { content: [] } } }, 'no answer of Converse'],
  [{ output: { message: {} }, stopReason: 'end_turn' }, 'no answer of Converse'],
  ['text', 'no answer of Converse'],
])('%j is no answer', (body, words) => {
  expect(() => bedrock.toCompletion(body, context)).toThrow(expect.objectContaining({ status: 502 }))
  expect(() => bedrock.toCompletion(body, context)).toThrow(words)
})

describe('errors', () => {
  const read = (status: number, type: string, message: string, headers = {}) =>
    bedrock.readError(status, { 'x-amzn-errortype': type, ...headers }, JSON.stringify({ message }))

  test.each([
    [400, 'ValidationException', 'bad', 400, 'invalid_request_error', 'invalid_request'],
    [
      400,
      'ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/',
      'Input is too long for requested model.',
      400,
      'invalid_request_error',
      'context_length_exceeded',
    ],
    [400, 'ServiceQuotaExceededException', 'quota', 400, 'invalid_request_error', 'insufficient_quota'],
    [403, 'AccessDeniedException', 'no', 403, 'permission_error', 'permission_denied'],
    [403, 'UnrecognizedClientException', 'token', 401, 'authentication_error', 'invalid_api_key'],
    [403, 'InvalidSignatureException', 'signature', 401, 'authentication_error', 'invalid_api_key'],
    [404, 'ResourceNotFoundException', 'model', 404, 'invalid_request_error', 'model_not_found'],
    [408, 'ModelTimeoutException', 'slow', 504, 'server_error', 'timeout'],
    [424, 'ModelErrorException', 'model', 502, 'server_error', 'server_error'],
    [429, 'ThrottlingException', 'slow', 429, 'rate_limit_error', 'rate_limit_exceeded'],
    [429, 'ModelNotReadyException', 'loading', 503, 'server_error', 'overloaded'],
    [500, 'InternalServerException', 'oops', 500, 'server_error', 'server_error'],
    [503, 'ServiceUnavailableException', 'later', 503, 'server_error', 'overloaded'],
    [418, 'OfALaterDay', 'x', 418, 'invalid_request_error', 'invalid_request'],
  ])('%i %s', (httpStatus, kind, message, status, type, code) => {
    expect(read(httpStatus, kind, message)).toEqual({ status, type, code, message, retryAfterMs: null })
  })

  test('are read without the header, without a message, and from a web page', () => {
    const body = JSON.stringify({ Output: { __type: 'com.amazon.coral.service#UnknownOperationException' } })
    expect(bedrock.readError(404, {}, body)).toMatchObject({
      status: 404,
      message: 'UnknownOperationException',
    })
    expect(
      bedrock.readError(
        403,
        {},
        '{"Message":"Authentication failed: Please make sure your API Key is valid."}',
      ),
    ).toMatchObject({
      status: 403,
      message: 'Authentication failed: Please make sure your API Key is valid.',
    })
    const throttled = JSON.stringify({ __type: 'com.amazon.coral.service#ThrottlingException', message: 'x' })
    expect(bedrock.readError(400, {}, throttled)).toMatchObject({ status: 429, message: 'x' })
    expect(bedrock.readError(424, {}, '{"message":"x"}')).toMatchObject({ status: 502, message: 'x' })
    expect(bedrock.readError(502, {}, '<html>').message).toBe('a web page instead of an answer')
    expect(read(429, 'ThrottlingException', 'x', { 'retry-after': '3' }).retryAfterMs).toBe(3_000)
  })
})
