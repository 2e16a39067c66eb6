/** What holds for the answers of all three dialects, whatever the provider sends. */
import { readChunk } from '@drag-race/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Dialect, MappedEvent } from './dialect.ts'
import { anthropic, bedrock, DialectError, gemini } from './index.ts'
import { breakJson } from './testing/break-json.ts'
import { event, eventMessage } from './testing/event-message.ts'
import { chunksOf, context, putTogether, run, textOf, utf8 } from './testing/streams.ts'

const sse = (value: object) => utf8(`data: ${JSON.stringify(value)}\n\n`)

/** A stream of each dialect, as messages; the tests break some of them or leave them out. */
const dialects: {
  name: string
  dialect: Dialect
  model: string
  messages: object[]
  encode(message: object): Uint8Array
}[] = [
  {
    name: 'anthropic',
    dialect: anthropic,
    model: 'claude-opus-4-6',
    messages: [
      { type: 'message_start', message: { id: 'm', model: 'x', usage: { input_tokens: 1 } } },
      { type: 'ping' },
      { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'ü' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 's' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: '好' } },
      { type: 'content_block_stop', index: 1 },
      {
        type: 'content_block_start',
        index: 2,
        content_block: { type: 'tool_use', id: 't', name: 'f', input: {} },
      },
      { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{}' } },
      { type: 'content_block_stop', index: 2 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 3 } },
      { type: 'message_stop' },
    ],
    encode: (message: object) => sse(message),
  },
  {
    name: 'gemini',
    dialect: gemini,
    model: 'gemini-3.5-flash',
    messages: [
      { candidates: [{ content: { parts: [{ text: 'ü', thought: true }] }, index: 0 }], responseId: 'r' },
      { candidates: [{ content: { parts: [{ text: '好', thoughtSignature: 's' }] }, index: 0 }] },
      { candidates: [{ content: { parts: [{ functionCall: { name: 'f', args: {} } }] }, index: 0 }] },
      { candidates: [{ finishReason: 'STOP', index: 0 }], usageMetadata: { promptTokenCount: 1 } },
    ],
    encode: (message: object) => sse(message),
  },
  {
    name: 'bedrock',
    dialect: bedrock,
    model: 'anthropic.claude-opus-4-6-v1',
    messages: [
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { reasoningContent: { text: 'ü' } } } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { reasoningContent: { signature: 's' } } } },
      { contentBlockStop: { contentBlockIndex: 0 } },
      { contentBlockDelta: { contentBlockIndex: 1, delta: { text: '好' } } },
      { contentBlockStop: { contentBlockIndex: 1 } },
      { contentBlockStart: { contentBlockIndex: 2, start: { toolUse: { toolUseId: 't', name: 'f' } } } },
      { contentBlockDelta: { contentBlockIndex: 2, delta: { toolUse: { input: '{}' } } } },
      { contentBlockStop: { contentBlockIndex: 2 } },
      { messageStop: { stopReason: 'tool_use' } },
      { metadata: { usage: { inputTokens: 1, outputTokens: 3 } } },
    ],
    encode: (message: object) => {
      const [type, payload] = Object.entries(message)[0] ?? ['', null]
      return typeof payload === 'object' && payload
        ? event(type, payload)
        : eventMessage({}, JSON.stringify(payload))
    },
  },
]

const onlyDialectErrors = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(DialectError)
    expect((error as DialectError).message).not.toMatch(/undefined|\[object/)
  }
}

describe.each(dialects)('$name', ({ dialect, model, messages, encode }) => {
  const toRequest = (chat: unknown) =>
    dialect.toRequest(chat as Record<string, unknown>, { model, stream: true, baseUrl: 'https://x.test/v1' })

  const hurtStream = fc
    .array(fc.oneof({ weight: 9, arbitrary: fc.constant('keep') }, fc.constantFrom('drop', 'twice')), {
      minLength: messages.length,
      maxLength: messages.length,
    })
    .chain((fates) => {
      const list = messages.flatMap((message, index): object[] => {
        if (fates[index] === 'drop') return []
        return fates[index] === 'twice' ? [message, message] : [message]
      })
      const breaks = fc.array(fc.tuple(fc.nat(), fc.jsonValue()), { maxLength: 2 })
      return breaks.map((places) => breakJson(list, places))
    })
    .map((list) => Buffer.concat((list as unknown[]).filter(isObject).map(encode)))

  test('gives the same events however a broken stream is cut, and one end', () => {
    const places = fc.array(
      fc.nat(1_000).map((thousandths) => thousandths / 1_000),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(
        hurtStream,
        places,
        fc.integer({ min: 50, max: 200 }).map((percent) => percent / 100),
        (bytes, cuts, part) => {
          const kept = bytes.subarray(0, Math.ceil(bytes.length * part))
          const whole = run(dialect, [kept])
          expect(run(dialect, cut(kept, cuts))).toEqual(whole)
          const ends = whole.filter(({ kind }) => kind === 'done' || kind === 'error')
          expect(ends).toEqual([whole.at(-1)])
        },
      ),
      { numRuns: 500 },
    )
  })

  test('takes any bytes for a stream', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (pieces) => {
        expect(run(dialect, pieces).at(-1)!.kind).toBe('error')
      }),
    )
  })

  test('an event of too many values ends the stream, also as the last one without its blank line', () => {
    const whole = encode({ news: { values: Array(200_001).fill({}) } })
    for (const bytes of dialect === bedrock ? [whole] : [whole, whole.subarray(0, -2)]) {
      const message = 'The provider sent an event that is made of more than 200000 values.'
      expect(run(dialect, [bytes])).toMatchObject([{ kind: 'error', message }])
    }
  })

  test('an event nested too deeply ends the stream, and is not said to be something else than JSON', () => {
    const nested = JSON.parse(`${'{"a":'.repeat(600)}1${'}'.repeat(600)}`) as object
    const message =
      'The provider sent an event that is no JSON object, or nested too deeply, in the middle of its answer. What arrived is incomplete.'
    expect(run(dialect, [encode({ news: nested })])).toMatchObject([{ kind: 'error', message }])
  })

  test('takes any JSON for an answer and any text for an error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => onlyDialectErrors(() => dialect.toCompletion(body, context))),
    )
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, body) => {
        const fault = dialect.readError(status, { 'retry-after': body }, body)
        expect(fault.message).not.toBe('')
        expect(fault.status).toBeGreaterThanOrEqual(400)
      }),
    )
  })

  test('a message that was put together from a stream can be sent back', async () => {
    const events = run(dialect, messages.map(encode))
    const { message } = (await putTogether(events)).choices[0]!
    expect([message.content, message.tool_calls!.length, message.reasoning_details!.length]).toEqual([
      '好',
      1,
      1,
    ])
    const asked = { role: 'user', content: 'x' }
    const told = { role: 'tool', tool_call_id: message.tool_calls![0]!.id, content: 'y' }
    const { body } = toRequest({ messages: [asked, message, told] })
    expect(body).toContain('"s"')
    expect(textOf(events)).toBe(message.content)
    // Reasoning that stands in the details too is counted once.
    const facts = chunksOf(events).map((chunk) => readChunk(chunk))
    expect(facts.map(({ reasoning }) => reasoning).join('')).toBe('ü')
    expect(facts.at(-1)!.usage).toMatchObject({ inputTokens: 1, source: 'usage' })
  })
})

describe('what was answered goes back as it was', () => {
  const word = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 6 })
    .filter((text) => text.trim() !== '')
  const input = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.oneof(fc.integer(), word), { maxKeys: 3 })
  const thinking = fc.record({ text: fc.string({ maxLength: 6 }), signature: fc.stringMatching(/^\w{1,8}$/) })
  const name = fc.constantFrom('look', 'now')
  /** Thinking, then perhaps text, thinking again, and tool calls with thinking among them. */
  const turns = fc.record({
    before: fc.array(thinking, { maxLength: 2 }),
    text: fc.option(word),
    between: fc.array(thinking, { maxLength: 2 }),
    among: fc.array(thinking, { maxLength: 2 }),
    calls: fc.array(fc.record({ name, input }), { minLength: 1, maxLength: 3 }),
  })
  const sendBack = (dialect: Dialect, model: string, message: unknown) => {
    const messages = [{ role: 'user', content: 'x' }, message]
    const { body } = dialect.toRequest({ messages }, { model, stream: false, baseUrl: 'https://x.test' })
    return JSON.parse(body)
  }

  test('to Anthropic: every block in its place', () => {
    fc.assert(
      fc.property(turns, ({ before, text, between, among, calls: [first, ...others] }) => {
        const think = ({ text: thinking, signature }: { text: string; signature: string }) => ({
          type: 'thinking',
          thinking,
          signature,
        })
        const content = [
          ...before.map(think),
          ...(text === null ? [] : [{ type: 'text', text }]),
          ...between.map(think),
          { type: 'tool_use', id: 'toolu_0', ...first },
          ...among.map(think),
          ...others.map((call, index) => ({ type: 'tool_use', id: `toolu_${index + 1}`, ...call })),
        ]
        const answer = { content, stop_reason: 'tool_use', usage: {} }
        const { message } = anthropic.toCompletion(answer, context).choices[0]!
        expect(sendBack(anthropic, 'claude-opus-4-6', message).messages[1].content).toEqual(content)
      }),
    )
  })

  test('to Bedrock: every block in its place', () => {
    fc.assert(
      fc.property(turns, ({ before, text, between, among, calls: [first, ...others] }) => {
        const think = (reasoningText: object) => ({ reasoningContent: { reasoningText } })
        const content = [
          ...before.map(think),
          ...(text === null ? [] : [{ text }]),
          ...between.map(think),
          { toolUse: { toolUseId: 'tooluse_0', ...first } },
          ...among.map(think),
          ...others.map((call, index) => ({ toolUse: { toolUseId: `tooluse_${index + 1}`, ...call } })),
        ]
        const answer = { output: { message: { content } }, stopReason: 'tool_use' }
        const { message } = bedrock.toCompletion(answer, context).choices[0]!
        expect(sendBack(bedrock, 'anthropic.claude-opus-4-6-v1', message).messages[1].content).toEqual(
          content,
        )
      }),
    )
  })

  test('to Gemini: the signature on the call it came with', () => {
    fc.assert(
      fc.property(turns, ({ text, calls, before }) => {
        const signature = before[0]?.signature
        const parts = [
          ...(text === null ? [] : [{ text }]),
          ...calls.map(({ name, input: args }, index) => ({
            functionCall: { id: `id${index}`, name, args },
            ...(index === 0 && signature && { thoughtSignature: signature }),
          })),
        ]
        const answer = { candidates: [{ content: { parts }, finishReason: 'STOP' }] }
        const { message } = gemini.toCompletion(answer, context).choices[0]!
        // Version 2 is not strict about signatures, so none is made up.
        expect(sendBack(gemini, 'gemini-2.5-pro', message).contents[1].parts).toEqual(parts)
      }),
    )
  })
})

test('the events of a stream are of six kinds', () => {
  const kinds = (events: MappedEvent[]) => [...new Set(events.map(({ kind }) => kind))]
  const { dialect, messages, encode } = dialects[0]!
  expect(kinds(run(dialect, messages.map(encode)))).toEqual([
    'counted',
    'chunk',
    'keepAlive',
    'opened',
    'done',
  ])
  expect(kinds(run(dialect, messages.slice(0, 3).map(encode)))).toEqual([
    'counted',
    'chunk',
    'keepAlive',
    'opened',
    'error',
  ])
})

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function cut(bytes: Uint8Array, fractions: number[]): Uint8Array[] {
  const places = fractions.map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b)
  return [...places, bytes.length].map((end, index) => bytes.subarray(places[index - 1] ?? 0, end))
}
