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
  runInAllCuts,
  textOf,
  usageOf,
  utf8,
} from '../testing/streams.ts'
import { gemini } from './gemini.ts'

const inAllCuts = (bytes: Uint8Array) => runInAllCuts(gemini, bytes)
const record = (name: string) => inAllCuts(recorded(`native/${name}`))

// The numbers were counted in the files, not by this code.
describe.skipIf(!hasRecordings)('recorded streams', () => {
  test('text: 2,268 letters in 12 pieces; the last usage counts, not the first', async () => {
    const events = record('gemini-2.5-flash-text.sse')
    expectGoodOrder(events)
    expect(textOf(events)).toHaveLength(2_268)
    expect(textOf(events)).toMatch(/^Clementine was no ordinary calico\. While.*, was magic enough\.\n$/s)
    expect(deltasOf(events).filter(({ content }) => content)).toHaveLength(12)
    expect(finishOf(events)).toEqual(['stop'])
    // 10 in every chunk but the last, which says 9.
    expect(usageOf(events)).toEqual({
      prompt_tokens: 9,
      completion_tokens: 527,
      total_tokens: 536,
      prompt_tokens_details: { cached_tokens: 0 },
    })
    expect(chunksOf(events)[0]).toMatchObject({ id: 'jNcEavSuHfWA7_UP9-uokQs', model: 'gemini-2.0-flash' })
    expect((await putTogether(events)).choices[0]!.message.content).toHaveLength(2_268)
  })

  test('thinking: 630 letters of summary, 2,680 of answer, 703 + 713 tokens, a signature at the end', async () => {
    const events = record('gemini-2.5-flash-thinking.sse')
    expectGoodOrder(events)
    expect(reasoningOf(events)).toHaveLength(630)
    expect(reasoningOf(events)).toMatch(/^\*\*Defining the Narrative Parameters\*\*/)
    expect(textOf(events)).toHaveLength(2_680)
    expect(textOf(events)).toMatch(/odnight, little adventurer\. Sleep tight\.$/)
    expect(usageOf(events)).toEqual({
      prompt_tokens: 11,
      completion_tokens: 1_416,
      total_tokens: 1_427,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 713 },
    })
    const { message } = (await putTogether(events)).choices[0]!
    const [detail] = message.reasoning_details!
    expect(detail).toMatchObject({ format: 'gemini', type: 'thought_signature' })
    expect(detail!.signature).toMatch(/^EqIZCp8ZAQw5/)
    expect(detail!.signature).toHaveLength(4_316)
  })
})

/** Written by hand, with what the recordings have: CRLF, no end marker, usage in every chunk. */
const sse = (...responses: object[]) =>
  utf8(responses.map((response) => `data: ${JSON.stringify(response)}\r\n\r\n`).join(''))
const answer = (parts: object[], more: object = {}, top: object = {}) => ({
  candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }],
  usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 2, totalTokenCount: 6 },
  modelVersion: 'gemini-x',
  responseId: 'resp',
  ...top,
})
const stop = { finishReason: 'STOP' }

describe('hand-written streams', () => {
  test('text of all alphabets, cut in the middle of its letters and line ends', () => {
    const events = inAllCuts(sse(answer([{ text: 'grüß ' }]), answer([{ text: '你好 👋' }], stop)))
    expectGoodOrder(events)
    expect(textOf(events)).toBe('grüß 你好 👋')
  })

  test('tool calls come whole, get ids where they have none, and are why it ended', async () => {
    const events = inAllCuts(
      sse(
        answer([{ functionCall: { name: 'look', args: { n: 1 } }, thoughtSignature: 'sig-1' }]),
        answer([{ functionCall: { id: 'own-id', name: 'now' } }, { functionCall: { name: 'now' } }], stop),
      ),
    )
    expectGoodOrder(events)
    expect(finishOf(events)).toEqual(['tool_calls'])
    const { message } = (await putTogether(events)).choices[0]!
    expect(message.tool_calls).toEqual([
      { id: 'call_resp_0_0', type: 'function', function: { name: 'look', arguments: '{"n":1}' } },
      { id: 'own-id', type: 'function', function: { name: 'now', arguments: '{}' } },
      { id: 'call_resp_0_2', type: 'function', function: { name: 'now', arguments: '{}' } },
    ])
    expect(message.reasoning_details).toEqual([
      { format: 'gemini', type: 'thought_signature', signature: 'sig-1', tool_call_id: 'call_resp_0_0' },
    ])
  })

  test('numbers that a double cannot hold keep their digits', async () => {
    const bytes = utf8(
      'data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"id":12345678901234567890}}}]},"finishReason":"STOP"}]}\r\n\r\n',
    )
    const { message } = (await putTogether(inAllCuts(bytes))).choices[0]!
    expect(message.tool_calls![0]!.function.arguments).toBe('{"id":12345678901234567890}')
  })

  test('a stop reason in every chunk ends nothing before the end', () => {
    const events = inAllCuts(sse(answer([{ text: 'a' }], stop), answer([{ text: 'b' }], stop)))
    expectGoodOrder(events)
    expect(textOf(events)).toBe('ab')
  })

  test('a last chunk without finish reason, counts and id leaves those before it in force', async () => {
    const last = { candidates: [{ content: { parts: [{ functionCall: { name: 'look' } }] } }] }
    const events = inAllCuts(sse(answer([{ text: 'a' }], { finishReason: 'MAX_TOKENS' }), last))
    expectGoodOrder(events)
    expect(finishOf(events)).toEqual(['length'])
    expect(usageOf(events)).toMatchObject({ prompt_tokens: 4, completion_tokens: 2 })
    const { message } = (await putTogether(events)).choices[0]!
    expect(message.tool_calls![0]!.id).toBe('call_resp_0_0')
  })

  test('a comment is a keep-alive, also after the last event', () => {
    const bytes = [utf8(': ping\n\n'), sse(answer([{ text: 'a' }], stop)), utf8(': bye')]
    const events = inAllCuts(Buffer.concat(bytes))
    expectGoodOrder(events)
    expect(events.filter(({ kind }) => kind === 'keepAlive')).toHaveLength(1)
  })

  test('cached tokens are inside the prompt, tools at Google outside, thoughts outside the answer', () => {
    const usageMetadata = {
      promptTokenCount: 55,
      candidatesTokenCount: 51,
      thoughtsTokenCount: 56,
      toolUsePromptTokenCount: 89,
      cachedContentTokenCount: 30,
      totalTokenCount: 251,
    }
    expect(usageOf(inAllCuts(sse(answer([{ text: 'a' }], stop, { usageMetadata }))))).toEqual({
      prompt_tokens: 144,
      completion_tokens: 107,
      total_tokens: 251,
      prompt_tokens_details: { cached_tokens: 30 },
      completion_tokens_details: { reasoning_tokens: 56 },
    })
  })

  test.each([
    ['MAX_TOKENS', 'length'],
    ['CONTINUATION', 'length'],
    ['SAFETY', 'content_filter'],
    ['RECITATION', 'content_filter'],
    ['LANGUAGE', 'content_filter'],
    ['BLOCKLIST', 'content_filter'],
    ['PROHIBITED_CONTENT', 'content_filter'],
    ['SPII', 'content_filter'],
    ['MODEL_ARMOR', 'content_filter'],
    ['IMAGE_SAFETY', 'content_filter'],
    ['IMAGE_PROHIBITED_CONTENT', 'content_filter'],
    ['IMAGE_RECITATION', 'content_filter'],
  ])('finish reason %s is %s', (native, finish_reason) => {
    const events = inAllCuts(sse(answer([{ text: 'a' }], { finishReason: native })))
    expect(chunksOf(events).at(-2)!.choices[0]).toMatchObject({ finish_reason, native_finish_reason: native })
  })

  test.each(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'OTHER', 'OF_A_LATER_DAY'])(
    'finish reason %s is a failure, never a short success',
    (finishReason) => {
      const events = inAllCuts(sse(answer([{ text: 'a' }], { finishReason, finishMessage: 'why' })))
      expect(finishOf(events)).toEqual([])
      expect(faultOf(events)).toMatchObject({ code: 'bad_response', status: 502 })
      expect(faultOf(events)!.message).toContain(`${finishReason}, why. `)
      const silent = inAllCuts(sse(answer([{ text: 'a' }], { finishReason })))
      expect(faultOf(silent)!.message).toContain(`${finishReason}. `)
    },
  )

  test('a blocked prompt is an answer without text, ended by the filter', () => {
    const events = inAllCuts(
      sse(
        {
          promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
          usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 },
          responseId: 'r',
        },
        { responseId: 'r' },
      ),
    )
    expectGoodOrder(events)
    expect(finishOf(events)).toEqual(['content_filter'])
    expect(usageOf(events)).toMatchObject({ prompt_tokens: 9, completion_tokens: 0 })
  })

  test('several candidates are several choices', async () => {
    const candidate = (index: number, text: string, more: object = {}) => ({
      index,
      content: { parts: [{ text }] },
      ...more,
    })
    const events = inAllCuts(
      sse(
        { candidates: [candidate(0, 'a'), candidate(1, 'x')] },
        { candidates: [candidate(1, 'y', { finishReason: 'MAX_TOKENS' }), candidate(0, 'b', stop)] },
      ),
    )
    const { choices } = await putTogether(events)
    expect(choices.map(({ message, finish_reason }) => [message.content, finish_reason])).toEqual([
      ['ab', 'stop'],
      ['xy', 'length'],
    ])
    const half = inAllCuts(sse({ candidates: [candidate(0, 'a', stop), candidate(1, 'x')] }))
    expect(faultOf(half)).toMatchObject({ code: 'stream_cut' })
  })

  test('an error in the middle ends it, whether as an event or as plain text at the end', () => {
    const error = { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }
    for (const bytes of [
      sse(answer([{ text: 'a' }]), error),
      Buffer.concat([sse(answer([{ text: 'a' }])), utf8(`data: ${JSON.stringify(error)}`)]),
      Buffer.concat([sse(answer([{ text: 'a' }])), utf8(JSON.stringify(error, null, 1))]),
    ]) {
      const events = inAllCuts(bytes)
      expect(textOf(events)).toBe('a')
      expect(events.at(-1)).toMatchObject({ kind: 'error', code: 'overloaded', status: 503 })
    }
  })

  test.each([
    [400, 400],
    [599, 599],
    [399, 500],
    [600, 500],
    [undefined, 500],
  ])('an error with the code %s has the status %i, and without a message is told whole', (code, status) => {
    const error = { code, reason: 'odd' }
    const message = expect.stringContaining(JSON.stringify(error))
    const last = inAllCuts(sse(answer([{ text: 'a' }]), { error })).at(-1)
    expect(last).toMatchObject({ kind: 'error', status, message })
  })

  test('a cut is an error', () => {
    const bytes = sse(answer([{ text: 'a' }]), answer([{ text: 'b' }], stop))
    expect(inAllCuts(bytes.slice(0, -40)).at(-1)).toMatchObject({ kind: 'error', code: 'stream_cut' })
    // The counts so far are not the usage of the answer.
    const half = inAllCuts(sse(answer([{ text: 'a' }])))
    expect(faultOf(half)).toMatchObject({ code: 'stream_cut' })
    expect(usageOf(half)).toBeUndefined()
    expect(inAllCuts(utf8('')).at(-1)).toMatchObject({ kind: 'error', code: 'empty_response' })
    // Only the blank line is missing: the answer is whole.
    expectGoodOrder(inAllCuts(bytes.slice(0, -4)))
  })

  test('an id that changes within the answer does not change for the caller', () => {
    const events = inAllCuts(
      sse(answer([{ text: 'a' }]), answer([{ text: 'b' }], stop, { responseId: 'other' })),
    )
    expectGoodOrder(events)
    expect(chunksOf(events).at(-1)!.id).toBe('resp')
  })

  test('an answer without id and model has those of the call', () => {
    const [first] = chunksOf(
      inAllCuts(sse({ candidates: [{ content: { parts: [{ text: 'a' }] }, ...stop }] })),
    )
    expect(first).toMatchObject({ id: context.id, model: context.model })
  })
})
