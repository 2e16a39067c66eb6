import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasToken, isUsageOnly, readChunk, readError } from './index.ts'

const delta = (value: unknown) => readChunk({ choices: [{ delta: value }] })

describe('a token is', () => {
  test.each([
    ['answer text', { content: 'a' }, 'a', ''],
    ['reasoning_content', { reasoning_content: 'r', content: '' }, '', 'r'],
    ['reasoning', { reasoning: 'r', content: null }, '', 'r'],
    [
      'reasoning_details',
      { reasoning_details: [{ type: 'reasoning.text', text: 'r' }], content: '' },
      '',
      'r',
    ],
    [
      'a thought of TensorZero',
      {
        tensorzero_extra_content: [
          { type: 'thought', insert_index: 1, id: '1', text: 'r', signature: null, summary_text: null },
        ],
      },
      '',
      'r',
    ],
    [
      'both names of the same reasoning, once',
      { reasoning: 'r', reasoning_details: [{ text: 'r' }] },
      '',
      'r',
    ],
    [
      'a thinking part',
      { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'r' }] }] },
      '',
      'r',
    ],
    ['a thinking part that is a text', { content: [null, { type: 'thinking', thinking: 'r' }] }, '', 'r'],
    ['a summary of reasoning', { reasoning_details: [null, { summary: 'r' }] }, '', 'r'],
    ['a text part', { content: [{ type: 'text', text: 'a' }] }, 'a', ''],
    ['a refusal', { refusal: 'no' }, 'no', ''],
  ])('%s', (_name, value, answer, reasoning) => {
    expect(delta(value)).toMatchObject({ answer, reasoning })
    expect(hasToken(delta(value))).toBe(true)
  })

  test('a fragment of a tool call, although it has no text', () => {
    expect(hasToken(delta({ tool_calls: [{ function: { arguments: '{' } }] }))).toBe(true)
  })

  test.each([
    ['a role alone', { role: 'assistant', content: '' }],
    ['an empty delta', {}],
    ['null content and tool calls', { content: null, tool_calls: null }],
  ])('not %s', (_name, value) => {
    expect(hasToken(delta(value))).toBe(false)
  })

  test('not a chunk without choices', () => {
    expect(hasToken(readChunk({ choices: [], usage: {} }))).toBe(false)
    expect(hasToken(readChunk({ choices: null }))).toBe(false)
  })
})

test('the delta is read, not the whole message that Perplexity repeats beside it', () => {
  expect(readChunk({ choices: [{ message: { content: '1 2 3' }, delta: { content: '3' } }] }).answer).toBe(
    '3',
  )
})

test('of a whole body the message is read, also where Perplexity puts an empty delta beside it', () => {
  const whole = { choices: [{ message: { content: '1 2 3' }, delta: { role: 'assistant', content: '' } }] }
  expect([readChunk(whole, true).answer, readChunk(whole).answer]).toEqual(['1 2 3', ''])
  expect(readChunk({ choices: [{ delta: { content: '1' } }] }, true).answer).toBe('1')
})

test('a body that does not stream is read by its message', () => {
  const body = { id: 'c', model: 'm', choices: [{ message: { content: 'a' }, finish_reason: 'stop' }] }
  expect(readChunk(body)).toMatchObject({ id: 'c', model: 'm', answer: 'a', finishReason: 'stop' })
})

test('only usage without a choice is the extra chunk', () => {
  expect(isUsageOnly({ choices: [], usage: { prompt_tokens: 1 } })).toBe(true)
  expect(isUsageOnly({ choices: [], usage: null })).toBe(false)
  expect(isUsageOnly({ choices: [{ delta: {} }], usage: { prompt_tokens: 1 } })).toBe(false)
  expect(isUsageOnly({ choices: [], prompt_filter_results: [] })).toBe(false)
})

describe('an error is read', () => {
  test.each([
    [
      'OpenAI form',
      { error: { message: 'm', code: 'c', type: 't' } },
      { message: 'm', code: 'c', status: null },
    ],
    ['a status as code', { error: { message: 'm', code: 502 } }, { message: 'm', code: null, status: 502 }],
    [
      'a status of its own',
      { error: { message: 'm', type: 't', status_code: 400 } },
      { message: 'm', code: 't', status: 400 },
    ],
    ['a list', { error: [{ message: 'm' }] }, { message: 'm', code: null, status: null }],
    [
      'words beside a number',
      { error: 429, message: 'm', code: 'c' },
      { message: 'm', code: 'c', status: 429 },
    ],
    [
      'a status beside an object (Cerebras)',
      { error: { message: 'm', code: 'queue_exceeded' }, status_code: 429 },
      { message: 'm', code: 'queue_exceeded', status: 429 },
    ],
    ['words beside a yes', { error: true, message: 'm' }, { message: 'm', code: null, status: null }],
    [
      'an object of its own',
      { object: 'error', message: 'm', type: 't', code: 400 },
      { message: 'm', code: 't', status: 400 },
    ],
    ['a string', { code: 'bad', error: 'm' }, { message: 'm', code: 'bad', status: null }],
    ['a detail', { error: { detail: 'm' } }, { message: 'm', code: null, status: null }],
    ['a detail beside it', { object: 'error', detail: 'm' }, { message: 'm', code: null, status: null }],
    ['other members', { error: { reason: 'm' } }, { message: '{"reason":"m"}', code: null, status: null }],
    [
      'numbers that are no status',
      { error: { message: 'm', status_code: 99, status: 600, code: 400.5 } },
      { message: 'm', code: null, status: null },
    ],
    [
      'the first and the last status',
      { error: { message: 'm', status: 599 } },
      { message: 'm', code: null, status: 599 },
    ],
  ])('from %s', (_name, raw, expected) => {
    expect(readError(raw)).toEqual(expected)
  })
  test('from a choice, where OpenRouter tells it', () => {
    const choice = { delta: { content: '' }, finish_reason: 'error', error: { message: 'm', code: 502 } }
    expect(readChunk({ choices: [choice] }).error).toEqual({ message: 'm', code: null, status: 502 })
  })
  test('from the member of its own in which Groq tells it', () => {
    const raw = { choices: [{ delta: {}, finish_reason: null }], x_groq: { id: 'r', error: 'over_capacity' } }
    expect(readChunk(raw).error).toEqual({ message: 'over_capacity', code: null, status: null })
  })
  test('from the top of a chunk, also where a choice says nothing of it', () => {
    const choices = [{ delta: { content: 'a' } }]
    expect(readChunk({ error: { message: 'm' }, choices }).error?.message).toBe('m')
  })
  test('from a finish reason alone', () => {
    expect(readChunk({ choices: [{ delta: {}, finish_reason: 'error' }] }).error?.message).toContain(
      'without a message',
    )
    for (const finish_reason of ['insufficient_system_resource', 'network_error']) {
      expect(readChunk({ choices: [{ delta: {}, finish_reason }] }).error).toMatchObject({
        message: expect.stringContaining(finish_reason),
        code: finish_reason,
      })
    }
  })
  test('and not where there is none', () => {
    for (const error of [null, {}, [], { message: '', code: null }, false, true, 0])
      expect(readError({ error })).toBeNull()
    expect(readError({ choices: [] })).toBeNull()
  })
})

test('choices are told one by one; without an index one is the first, and a finish reason stays', () => {
  const [ended, open] = [
    { index: 1, finish_reason: 'stop' },
    { delta: { content: 'b' }, finish_reason: null },
  ]
  expect(readChunk({ choices: [ended, 'no choice', open] })).toMatchObject({
    answer: 'b',
    finishReason: 'stop',
    choices: [
      { index: 1, isFinished: true },
      { index: 0, isFinished: false },
    ],
  })
})

test('a tool call is told by its name and its arguments, where it has them', () => {
  const calls = [{ function: { name: 'f', arguments: '{"a"' } }, { id: 'c' }, { function: null }, null]
  expect(delta({ tool_calls: calls })).toMatchObject({ hasToolCall: true, toolCall: 'f{"a"' })
})

test('usage is found in x_groq too', () => {
  expect(
    readChunk({ choices: [], x_groq: { usage: { prompt_tokens: 1, completion_tokens: 2 } } }).usage,
  ).toMatchObject({ outputTokens: 2 })
})

test('no JSON makes the reader throw', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      (value) => readChunk(value) !== undefined && isUsageOnly(value) !== undefined,
    ),
  )
  const nested = fc.record({
    choices: fc.array(fc.record({ delta: fc.jsonValue(), finish_reason: fc.jsonValue() })),
    usage: fc.jsonValue(),
    error: fc.jsonValue(),
  })
  fc.assert(fc.property(nested, (value) => readChunk(value) !== undefined))
})
