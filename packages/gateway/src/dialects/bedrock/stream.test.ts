import { describe, expect, test } from 'vitest'
import { event, eventMessage } from '../testing/event-message.ts'
import {
  chunksOf,
  context,
  deltasOf,
  expectGoodOrder,
  faultOf,
  finishOf,
  hasRecordings,
  putTogether,
  reasoningOf,
  recorded,
  runInAllCuts,
  textOf,
  usageOf,
} from '../testing/streams.ts'
import { bedrock } from './bedrock.ts'

const inAllCuts = (...messages: Uint8Array[]) => runInAllCuts(bedrock, Buffer.concat(messages))

// The numbers were counted in the file, not by this code.
test.skipIf(!hasRecordings)(
  'recorded: 51 letters that a guardrail masked, 18 tokens, 23 messages',
  async () => {
    const events = inAllCuts(recorded('native/bedrock-converse-nova-text.eventstream'))
    expectGoodOrder(events)
    expect(textOf(events)).toBe('{ADDRESS} is the capital of Japan {Account Number}.')
    expect(finishOf(events)).toEqual(['content_filter'])
    expect(usageOf(events)).toEqual({
      prompt_tokens: 54,
      completion_tokens: 18,
      total_tokens: 72,
      prompt_tokens_details: { cached_tokens: 0 },
    })
    expect(chunksOf(events)[0]).toMatchObject({ id: context.id, model: context.model })
    expect((await putTogether(events)).choices[0]!.message.content).toHaveLength(51)
  },
)

/** Written by hand, with what the recording has: text without a start, padding in `p`, usage at the very end. */
const start = event('messageStart', { p: 'abc', role: 'assistant' })
const delta = (contentBlockIndex: number, delta: object) =>
  event('contentBlockDelta', { contentBlockIndex, delta, p: 'abcdefgh' })
const opened = (contentBlockIndex: number, start: object) =>
  event('contentBlockStart', { contentBlockIndex, start })
const closed = (contentBlockIndex: number) => event('contentBlockStop', { contentBlockIndex })
const stop = (stopReason: string) => event('messageStop', { stopReason })
const metadata = (usage: object = { inputTokens: 5, outputTokens: 7, totalTokens: 12 }) =>
  event('metadata', { usage, metrics: { latencyMs: 1 } })

describe('hand-written streams', () => {
  test('text of all alphabets', () => {
    const events = inAllCuts(
      start,
      delta(0, { text: 'grüß ' }),
      delta(0, { text: '' }),
      delta(0, { text: '你好 👋' }),
      closed(0),
      stop('end_turn'),
      metadata(),
    )
    expectGoodOrder(events)
    expect(textOf(events)).toBe('grüß 你好 👋')
    expect(deltasOf(events).filter(({ content }) => content)).toHaveLength(2)
    expect(finishOf(events)).toEqual(['stop'])
  })

  test('thinking, signed and sealed, then two tool calls', async () => {
    const events = inAllCuts(
      start,
      delta(0, { reasoningContent: { text: 'h' } }),
      delta(0, { reasoningContent: { text: 'm' } }),
      delta(0, { reasoningContent: { signature: 'sig' } }),
      closed(0),
      delta(1, { reasoningContent: { redactedContent: 'c2VhbA==' } }),
      delta(1, { reasoningContent: { redactedContent: 'ZWQ=' } }),
      closed(1),
      opened(2, { toolUse: { toolUseId: 'tooluse_1', name: 'look' } }),
      delta(2, { toolUse: { input: '{"at":' } }),
      delta(2, { toolUse: { input: '"sky"}' } }),
      closed(2),
      opened(3, { toolUse: { toolUseId: 'tooluse_2', name: 'now' } }),
      delta(3, { toolUse: { input: '' } }),
      closed(3),
      stop('tool_use'),
      metadata(),
    )
    expectGoodOrder(events)
    expect(reasoningOf(events)).toBe('hm')
    const { message, finish_reason } = (await putTogether(events)).choices[0]!
    expect(finish_reason).toBe('tool_calls')
    expect(message.tool_calls).toEqual([
      { id: 'tooluse_1', type: 'function', function: { name: 'look', arguments: '{"at":"sky"}' } },
      { id: 'tooluse_2', type: 'function', function: { name: 'now', arguments: '{}' } },
    ])
    expect(message.reasoning_details).toEqual([
      { format: 'bedrock', type: 'thinking', thinking: 'hm', signature: 'sig', index: 0 },
      { format: 'bedrock', type: 'redacted_thinking', data: 'c2VhbGVk', index: 1 },
    ])
  })

  test('sealed thinking of 2 MB in pieces of 1 KB is joined once, not with each piece', () => {
    const piece = delta(0, { reasoningContent: { redactedContent: 'AAAA'.repeat(256) } })
    const bytes = Buffer.concat([...Array(2_000).fill(piece), closed(0), stop('end_turn')])
    const map = bedrock.createStreamMap(context)
    const startedAtMs = performance.now()
    const [detail] = deltasOf(map.push(bytes)).flatMap(({ reasoning_details }) => reasoning_details ?? [])
    expect(performance.now() - startedAtMs).toBeLessThan(2_000)
    expect(detail).toMatchObject({ type: 'redacted_thinking', data: 'AAAA'.repeat(256 * 2_000) })
  })

  test('usage before the stop reason is no end', () => {
    const events = inAllCuts(start, delta(0, { text: 'half' }), metadata(), delta(0, { text: ' and half' }))
    expect(textOf(events)).toBe('half and half')
    expect(finishOf(events)).toEqual([])
  })

  test('blocks may be open at once', async () => {
    const call = (toolUseId: string) => ({ toolUse: { toolUseId, name: 'look' } })
    const part = (input: string) => ({ toolUse: { input } })
    const both = [
      opened(0, call('a')),
      opened(1, call('b')),
      delta(1, part('{"b":1}')),
      delta(0, part('{"a":2}')),
    ]
    const ends = [closed(1), closed(0), stop('tool_use'), metadata()]
    const { message } = (await putTogether(inAllCuts(start, ...both, ...ends))).choices[0]!
    expect(message.tool_calls!.map((call) => call.function.arguments)).toEqual(['{"a":2}', '{"b":1}'])
  })

  test('cached tokens are part of the prompt', () => {
    const usage = {
      inputTokens: 4,
      outputTokens: 233,
      totalTokens: 1_861,
      cacheReadInputTokens: 100,
      cacheWriteInputTokens: 1_524,
    }
    expect(usageOf(inAllCuts(start, delta(0, { text: 'a' }), stop('end_turn'), metadata(usage)))).toEqual({
      prompt_tokens: 1_628,
      completion_tokens: 233,
      total_tokens: 1_861,
      prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 1_524 },
    })
  })

  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['tool_use', 'tool_calls'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['guardrail_intervened', 'content_filter'],
    ['content_filtered', 'content_filter'],
  ])('stop reason %s is %s', (native, finish_reason) => {
    const events = inAllCuts(start, delta(0, { text: 'a' }), stop(native), metadata())
    expect(chunksOf(events).at(-2)!.choices[0]).toMatchObject({ finish_reason, native_finish_reason: native })
  })

  test.each(['malformed_model_output', 'malformed_tool_use'])('stop reason %s is a failure', (reason) => {
    const events = inAllCuts(start, delta(0, { text: 'a' }), stop(reason), metadata())
    expect(finishOf(events)).toEqual([])
    expect(faultOf(events)).toMatchObject({ code: 'bad_response', message: expect.stringContaining(reason) })
  })

  test.each([
    ['throttlingException', { message: 'Too many tokens' }, 429, 'rate_limit_exceeded', 'Too many tokens'],
    [
      'validationException',
      { message: 'Input is too long for requested model.' },
      400,
      'context_length_exceeded',
      'Input',
    ],
    [
      'modelStreamErrorException',
      { message: 'Model stream error', originalStatusCode: 500, originalMessage: 'The model failed.' },
      502,
      'server_error',
      'The model failed.',
    ],
    ['serviceUnavailableException', { message: 'later' }, 503, 'overloaded', 'later'],
    ['internalServerException', {}, 500, 'server_error', 'internalServerException'],
    ['ofALaterDayException', { message: 'x' }, 500, 'server_error', 'x'],
  ])('the exception %s ends it', (type, payload, status, code, words) => {
    const exception = eventMessage({ ':message-type': 'exception', ':exception-type': type }, payload)
    const events = inAllCuts(start, delta(0, { text: 'a' }), exception, delta(0, { text: 'never' }))
    expect(textOf(events)).toBe('a')
    expect(events.at(-1)).toMatchObject({ kind: 'error', status, code })
    expect(faultOf(events)!.message).toContain(words)
    expect(inAllCuts(exception)).toHaveLength(1)
  })

  test('a message of type error ends it like an exception', () => {
    const error = eventMessage(
      { ':message-type': 'error', ':error-code': 'ServiceUnavailableException', ':error-message': 'oops' },
      '',
    )
    expect(inAllCuts(error)).toMatchObject([{ kind: 'error', status: 503, message: 'oops' }])
  })

  test('a cut is an error, within a message or between two', () => {
    const half = Buffer.concat([start, delta(0, { text: 'a' })])
    expect(inAllCuts(half).at(-1)).toMatchObject({ kind: 'error', code: 'stream_cut' })
    expect(inAllCuts(half.subarray(0, -1)).at(-1)).toMatchObject({ kind: 'error', code: 'stream_cut' })
    expect(inAllCuts(Buffer.alloc(0))).toMatchObject([{ kind: 'error', code: 'empty_response' }])
  })

  test('a messageStop without a stop reason is no end', () => {
    const events = inAllCuts(start, delta(0, { text: 'a' }), event('messageStop', {}), metadata())
    expect(events.at(-1)).toMatchObject({ kind: 'error', code: 'stream_cut' })
  })

  test('the usage is the last event: it is done before the upstream closes', () => {
    const map = bedrock.createStreamMap(context)
    const events = map.push(Buffer.concat([start, delta(0, { text: 'a' }), stop('end_turn'), metadata()]))
    expect(events.at(-1)).toEqual({ kind: 'done' })
    expect(map.end()).toEqual([])
  })

  test('after the stop reason it is whole, also when the usage never comes', () => {
    const events = inAllCuts(start, delta(0, { text: 'a' }), stop('end_turn'), metadata().subarray(0, 30))
    expectGoodOrder(events)
    expect(usageOf(events)).toBeUndefined()
  })

  test('a damaged message is an error, and so is one that is not JSON', () => {
    const damaged = Buffer.from(delta(0, { text: 'b' }))
    damaged[40]! ^= 1
    const events = inAllCuts(start, delta(0, { text: 'a' }), damaged)
    expect(textOf(events)).toBe('a')
    expect(events.at(-1)).toMatchObject({ kind: 'error', code: 'bad_response' })
    expect(inAllCuts(eventMessage({ ':event-type': 'messageStart' }, 'no JSON'))).toMatchObject([
      { kind: 'error', code: 'malformed_stream' },
    ])
  })

  test('an unknown event is a keep-alive', () => {
    const foreign = delta(1, { toolUse: { input: '{}' } })
    const events = inAllCuts(
      start,
      event('news', {}),
      foreign,
      delta(0, { text: 'a' }),
      stop('end_turn'),
      metadata(),
    )
    expectGoodOrder(events)
    expect(events.filter(({ kind }) => kind === 'keepAlive')).toHaveLength(1)
  })
})
