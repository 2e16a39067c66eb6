import { hasToken, readChunk } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { createAsChunk } from './as-chunk.ts'

const unheard = { onCounted() {}, onOpened() {} }
const cutShort = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
const filtered = { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }
const stopping = (...reasons: (string | null)[]) => [
  ...reasons.map((stop_reason) => ({
    type: 'message_delta',
    delta: { stop_reason },
    usage: { output_tokens: 9 },
  })),
  { type: 'message_stop' },
]

test.each([
  ['responses', 'stop', [{ type: 'response.completed', response: { status: 'completed' } }]],
  ['responses', 'length', [{ type: 'response.incomplete', response: cutShort }]],
  ['responses', 'content_filter', [{ type: 'response.incomplete', response: filtered }]],
  ['responses', 'stop', [{ object: 'response', status: 'completed', output: [] }]],
  ['responses', 'length', [{ object: 'response', ...cutShort, output: [] }]],
  ['responses', null, [{ object: 'response', status: 'failed', output: [] }]],
  ['messages', 'stop', stopping('end_turn')],
  ['messages', 'length', stopping('max_tokens')],
  ['messages', 'tool_calls', stopping('tool_use')],
  ['messages', 'length', stopping('max_tokens', null)],
  ['messages', 'content_filter', [{ type: 'message', content: [], stop_reason: 'refusal' }]],
] as const)('an answer of /v1/%s that ended with %s: %j', (endpoint, reason, events) => {
  const asChunk = createAsChunk(endpoint, unheard)
  const reasons = events.map((event) => readChunk(asChunk(event)).finishReason)
  expect(reasons).toEqual([...events.slice(1).map(() => null), reason])
})

const error = { message: 'It broke.', code: 'broken' }

test.each([
  ['responses', { type: 'error', ...error }, error],
  ['responses', { type: 'error', error }, error],
  ['responses', { type: 'response.failed', response: { error } }, error],
  ['responses', { type: 'response.failed', response: { error: null } }, { message: 'The response failed.' }],
  ['messages', { type: 'error', error }, error],
] as const)('an error of /v1/%s: %j', (endpoint, event, told) => {
  expect(readChunk(createAsChunk(endpoint, unheard)(event)).error).toMatchObject(told)
})

const message = { type: 'message', content: [] }

test.each([
  ['responses', { type: 'response.function_call_arguments.delta', delta: '{}' }, true],
  ['responses', { type: 'response.function_call_arguments.done', arguments: '{}' }, false],
  ['responses', { object: 'response', output: [{ type: 'function_call', name: 'f', arguments: '' }] }, true],
  ['responses', { object: 'response', output: [message] }, false],
  ['messages', { type: 'content_block_delta', delta: { partial_json: '{' } }, true],
  ['messages', { type: 'message', content: [{ type: 'text', text: '' }] }, false],
  ['messages', { type: 'content_block_delta', delta: { signature: 'sig' } }, false],
] as const)(
  'what /v1/%s sends is a token where the model wrote something: %j',
  (endpoint, event, isToken) => {
    expect(hasToken(readChunk(createAsChunk(endpoint, unheard)(event)))).toBe(isToken)
  },
)

test('a thought of /v1/responses is told from its answer', () => {
  const event = { type: 'response.reasoning_text.delta', delta: 'hm' }
  const chunk = readChunk(createAsChunk('responses', unheard)(event))
  expect(chunk).toMatchObject({ answer: '', reasoning: 'hm' })
})
