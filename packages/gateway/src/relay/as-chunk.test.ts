import { readChunk } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { createAsChunk } from './as-chunk.ts'

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
  ['messages', 'stop', stopping('end_turn')],
  ['messages', 'length', stopping('max_tokens')],
  ['messages', 'tool_calls', stopping('tool_use')],
  ['messages', 'content_filter', [{ type: 'message', content: [], stop_reason: 'refusal' }]],
] as const)('an answer of /v1/%s that ended with %s: %j', (endpoint, reason, events) => {
  const asChunk = createAsChunk(endpoint, { onCounted() {}, onOpened() {} })
  const reasons = events.map((event) => readChunk(asChunk(event)).finishReason)
  expect(reasons).toEqual([...events.slice(1).map(() => null), reason])
})
