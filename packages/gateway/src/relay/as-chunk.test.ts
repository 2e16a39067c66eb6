import { hasToken, readChunk } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { createAsChunk } from './as-chunk.ts'

const unheard = { onCounted() {}, onOpened() {} }
const cutShort = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
const filtered = { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }
const stopping = (stop_reason: string) => [
  { type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: 9 } },
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

test('an event of /v1/responses that repeats the arguments of a tool is no token', () => {
  const asChunk = createAsChunk('responses', unheard)
  const isToken = (event: object) => hasToken(readChunk(asChunk(event)))
  expect(isToken({ type: 'response.function_call_arguments.delta', delta: '{}' })).toBe(true)
  expect(isToken({ type: 'response.function_call_arguments.done', arguments: '{}' })).toBe(false)
})
