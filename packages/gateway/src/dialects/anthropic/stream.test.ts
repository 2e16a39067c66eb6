import { describe, expect, test } from 'vitest'
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
  run,
  runInAllCuts,
  textOf,
  usageOf,
  utf8,
} from '../testing/streams.ts'
import { anthropic } from './anthropic.ts'

const inAllCuts = (bytes: Uint8Array) => runInAllCuts(anthropic, bytes)
const record = (name: string) => inAllCuts(recorded(`native/${name}`))

// The numbers were counted in the files, not by this code.
describe.skipIf(!hasRecordings)('recorded streams', () => {
  test('text: 689 letters in 70 pieces, 171 tokens', async () => {
    const events = record('anthropic-claude-3-haiku-text.sse')
    expectGoodOrder(events)
    expect(textOf(events)).toHaveLength(689)
    expect(textOf(events)).toMatch(/^Here's an OpenTelemetry-themed.*r any other tech-themed jokes!$/s)
    expect(deltasOf(events).filter(({ content }) => content)).toHaveLength(70)
    expect(finishOf(events)).toEqual(['stop'])
    // input_tokens only in message_start, output_tokens of message_delta.
    expect(usageOf(events)).toMatchObject({ prompt_tokens: 17, completion_tokens: 171, total_tokens: 188 })
    expect(events.filter(({ kind }) => kind === 'keepAlive')).toHaveLength(1)
    const first = chunksOf(events)[0]!
    expect(first).toMatchObject({ id: 'msg_01MXWxhWoPSgrYhjTuMDM6F1', model: 'claude-3-haiku-20240307' })
    expect((await putTogether(events)).choices[0]!.message.content).toHaveLength(689)
  })

  test('thinking: 202 letters, a signature of 504, then 1,021 letters of answer', async () => {
    const events = record('anthropic-claude-sonnet-4-thinking.sse')
    expectGoodOrder(events)
    expect(reasoningOf(events)).toHaveLength(202)
    expect(reasoningOf(events)).toMatch(/^This is a straightforward ques.* could help prevent accidents\.$/s)
    expect(textOf(events)).toHaveLength(1_021)
    expect(finishOf(events)).toEqual(['stop'])
    expect(usageOf(events)).toEqual({
      prompt_tokens: 43,
      completion_tokens: 282,
      total_tokens: 325,
      prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    })
    const { message } = (await putTogether(events)).choices[0]!
    expect(message.content).toHaveLength(1_021)
    const [detail] = message.reasoning_details!
    expect(detail).toMatchObject({
      format: 'anthropic',
      type: 'thinking',
      thinking: reasoningOf(events),
      index: 0,
    })
    expect(detail!.signature).toMatch(/^EvMCCkYICxgC.{480}P\/UhjfQYAQ==$/)
  })

  test('two tool calls at once, after 83 letters', async () => {
    const events = record('anthropic-claude-sonnet-4.6-tools-parallel.sse')
    expectGoodOrder(events)
    expect(textOf(events)).toHaveLength(83)
    expect(finishOf(events)).toEqual(['tool_calls'])
    expect(usageOf(events)).toMatchObject({ prompt_tokens: 721, completion_tokens: 113, total_tokens: 834 })
    const { message } = (await putTogether(events)).choices[0]!
    expect(message.tool_calls).toEqual([
      {
        id: 'toolu_01Mo5Ee5Yb7vrzaxSNS5DVuP',
        type: 'function',
        function: { name: 'get_weather', arguments: '{"location": "New York, NY"}' },
      },
      {
        id: 'toolu_01GDAGw1KUdi1DCPPprMKGHR',
        type: 'function',
        function: { name: 'get_time', arguments: '{"timezone": "America/New_York"}' },
      },
    ])
  })

  test('overloaded, with a 200: an error and nothing else', () => {
    expect(record('anthropic-claude-3.5-haiku-overloaded-200.sse')).toEqual([
      {
        kind: 'error',
        message: 'Overloaded',
        status: 529,
        type: 'server_error',
        code: 'overloaded',
        retryAfterMs: null,
      },
    ])
  })
})

/** Written by hand, with what the recordings have: padding after the JSON, pings, cumulative usage. */
const sse = (...events: object[]) =>
  utf8(
    events
      .map((event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}   \n\n`)
      .join(''),
  )
const start = (usage: object = { input_tokens: 7, output_tokens: 1 }) => ({
  type: 'message_start',
  message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-x', content: [], usage },
})
const opened = (index: number, content_block: object) => ({
  type: 'content_block_start',
  index,
  content_block,
})
const delta = (index: number, delta: object) => ({ type: 'content_block_delta', index, delta })
const closed = (index: number) => ({ type: 'content_block_stop', index })
const ended = (stop_reason: string | null, usage: object = { output_tokens: 9 }) => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null },
  usage,
})
const stop = { type: 'message_stop' }
const ping = { type: 'ping' }
const said = (text: string) => [
  opened(0, { type: 'text', text: '' }),
  delta(0, { type: 'text_delta', text }),
  closed(0),
]

describe('hand-written streams', () => {
  test('text of all alphabets, cut in the middle of its letters', () => {
    const events = inAllCuts(sse(start(), ping, ...said('grüß 你好 👋'), ended('end_turn'), stop))
    expectGoodOrder(events)
    expect(textOf(events)).toBe('grüß 你好 👋')
    expect(events.filter(({ kind }) => kind === 'keepAlive')).toHaveLength(1)
  })

  test('thinking in two places of an answer goes back to both', async () => {
    const events = inAllCuts(
      sse(
        start(),
        opened(0, { type: 'thinking', thinking: '', signature: '' }),
        delta(0, { type: 'thinking_delta', thinking: 'a' }),
        delta(0, { type: 'signature_delta', signature: 'sig-a' }),
        closed(0),
        opened(1, { type: 'redacted_thinking', data: 'sealed' }),
        closed(1),
        opened(2, { type: 'text', text: '' }),
        delta(2, { type: 'text_delta', text: 'one ' }),
        closed(2),
        opened(3, { type: 'text', text: '' }),
        delta(3, { type: 'text_delta', text: 'two' }),
        closed(3),
        opened(4, { type: 'thinking', thinking: '', signature: '' }),
        delta(4, { type: 'signature_delta', signature: 'sig-b' }),
        closed(4),
        opened(5, { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }),
        delta(5, { type: 'input_json_delta', partial_json: '{"a":12345678901234567890}' }),
        closed(5),
        ended('tool_use'),
        stop,
      ),
    )
    expectGoodOrder(events)
    const { message } = (await putTogether(events)).choices[0]!
    const { body } = anthropic.toRequest(
      {
        messages: [
          { role: 'user', content: 'x' },
          message,
          { role: 'tool', tool_call_id: 'toolu_1', content: 'y' },
        ],
      },
      { model: 'claude-opus-4-6', stream: false, baseUrl: 'https://api.anthropic.com/v1' },
    )
    // Numbers that a double cannot hold keep their digits.
    expect(body).toContain('"input":{"a":12345678901234567890}')
    expect(JSON.parse(body).messages[1].content).toMatchObject([
      { type: 'thinking', thinking: 'a', signature: 'sig-a' },
      { type: 'redacted_thinking', data: 'sealed' },
      { type: 'text', text: 'one two' },
      { type: 'thinking', thinking: '', signature: 'sig-b' },
      { type: 'tool_use', id: 'toolu_1', name: 'look' },
    ])
  })

  test('a tool without parameters has an empty object for arguments', async () => {
    const call = { type: 'tool_use', id: 'toolu_1', name: 'now', input: {} }
    const events = inAllCuts(
      sse(
        start(),
        opened(0, call),
        delta(0, { type: 'input_json_delta', partial_json: '' }),
        closed(0),
        ended('tool_use'),
        stop,
      ),
    )
    expectGoodOrder(events)
    const { message } = (await putTogether(events)).choices[0]!
    expect(message.tool_calls![0]!.function).toEqual({ name: 'now', arguments: '{}' })
  })

  test('blocks may be open at once', async () => {
    const call = (id: string) => ({ type: 'tool_use', id, name: 'look', input: {} })
    const part = (partial_json: string) => ({ type: 'input_json_delta', partial_json })
    const both = [
      opened(0, call('a')),
      opened(1, call('b')),
      delta(1, part('{"b":1}')),
      delta(0, part('{"a":')),
    ]
    const ends = [closed(1), delta(0, part('2}')), closed(0), ended('tool_use'), stop]
    const { message } = (await putTogether(inAllCuts(sse(start(), ...both, ...ends)))).choices[0]!
    expect(message.tool_calls!.map((call) => call.function.arguments)).toEqual(['{"a":2}', '{"b":1}'])
  })

  test('cached tokens are part of the prompt; of each count the last number wins, never a sum', () => {
    const first = {
      input_tokens: 10,
      output_tokens: 1,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 20,
    }
    const last = {
      input_tokens: null,
      output_tokens: 30,
      cache_read_input_tokens: 100,
      output_tokens_details: { thinking_tokens: 12 },
    }
    // Sent twice: the end and the counts are passed on once.
    const ends = [ended('end_turn', { output_tokens: 29 }), ended('end_turn', last)]
    const events = inAllCuts(sse(start(first), ...said('x'), ...ends, stop))
    expectGoodOrder(events)
    expect(usageOf(events)).toEqual({
      prompt_tokens: 130,
      completion_tokens: 30,
      total_tokens: 160,
      prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 20 },
      completion_tokens_details: { reasoning_tokens: 12 },
    })
  })

  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['tool_use', 'tool_calls'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'content_filter'],
    ['of a later day', 'stop'],
  ])('stop reason %s is %s, and stands beside it', (native, finish_reason) => {
    const events = inAllCuts(sse(start(), ...said('x'), ended(native), stop))
    expect(chunksOf(events).at(-2)!.choices[0]).toMatchObject({ finish_reason, native_finish_reason: native })
  })

  test('an error in the middle keeps what came before it and ends the stream', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
    const events = inAllCuts(sse(start(), ...said('half'), error, ...said('never'), ended('end_turn'), stop))
    expect(textOf(events)).toBe('half')
    expect(events.at(-1)).toMatchObject({ kind: 'error', code: 'overloaded', status: 529 })
  })

  test('a cut is an error, wherever it is', () => {
    const bytes = sse(start(), ...said('half'))
    // Without a stop reason it is no end.
    for (const more of [ended(null), stop]) {
      const events = inAllCuts(Buffer.concat([bytes, sse(more)]))
      expect(events.at(-1)).toMatchObject({ kind: 'error', code: 'stream_cut', status: 502 })
    }
    expect(inAllCuts(bytes).at(-1)).toMatchObject({ kind: 'error', code: 'stream_cut', status: 502 })
    expect(run(anthropic, [])).toMatchObject([{ kind: 'error', code: 'empty_response' }])
    expect(faultOf(inAllCuts(utf8(': ping\n\n')))).toMatchObject({ code: 'empty_response' })
    expect(faultOf(inAllCuts(bytes.slice(0, -30)))).toMatchObject({ code: 'stream_cut' })
  })

  test('the end after the stop reason is an end, also without message_stop or its blank line', () => {
    const whole = sse(start(), ...said('x'), ended('end_turn'))
    for (const bytes of [whole, whole.slice(0, -2)]) {
      const events = inAllCuts(bytes)
      expectGoodOrder(events)
      expect(usageOf(events)).toMatchObject({ prompt_tokens: 7, completion_tokens: 9 })
    }
  })

  test('an event that is not JSON ends the stream with an error', () => {
    const events = inAllCuts(Buffer.concat([sse(start(), ...said('a')), utf8('data: {"type": "content\n\n')]))
    expect(events.at(-1)).toMatchObject({ kind: 'error', code: 'malformed_stream' })
  })

  test('an event without data, or named ping, is a keep-alive whatever it says', () => {
    const pings = utf8('data:\n\nevent: ping\ndata: 2024-04-27 01:35:43.686476\n\n')
    const events = inAllCuts(Buffer.concat([sse(start(), ...said('a')), pings, sse(ended('end_turn'), stop)]))
    expectGoodOrder(events)
  })

  test('an unknown event is a keep-alive, an unknown block is nothing', () => {
    const events = inAllCuts(
      sse(
        start(),
        { type: 'new_event' },
        opened(0, { type: 'new_block' }),
        delta(0, { type: 'new_delta' }),
        delta(0, { type: 'input_json_delta', partial_json: '{}' }),
        closed(0),
        ended('end_turn'),
        stop,
      ),
    )
    expectGoodOrder(events)
    expect(textOf(events)).toBe('')
    expect(events.filter(({ kind }) => kind === 'keepAlive')).toHaveLength(1)
  })

  test('nothing comes after the end', () => {
    const map = anthropic.createStreamMap(context)
    map.push(sse(start(), ...said('x'), ended('end_turn'), stop))
    expect(map.push(sse(...said('y')))).toEqual([])
    expect(map.end()).toEqual([])
  })
})
