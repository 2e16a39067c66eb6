/** Ten thousand requests, good and broken: each is carried, or refused with the name of the member. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anthropic, bedrock, DialectError, gemini } from './index.ts'
import { breakJson } from './testing/break-json.ts'

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
const part = fc.oneof(
  fc.record({ type: fc.constant('text'), text }),
  fc.record({
    type: fc.constant('image_url'),
    image_url: fc.record({ url: fc.constantFrom('data:image/png;base64,AAAA', 'https://x.test/a.png') }),
  }),
  fc.record({
    type: fc.constant('file'),
    file: fc.record({
      filename: text,
      file_data: fc.constantFrom('data:application/pdf;base64,AAAA', 'data:text/plain;base64,aGk='),
    }),
  }),
  fc.constant({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } }),
)
const detail = fc.record({
  format: fc.constantFrom('anthropic', 'gemini', 'bedrock', 'other'),
  type: fc.constantFrom('thinking', 'redacted_thinking', 'thought_signature'),
  signature: fc.string(),
  thinking: fc.string(),
  data: fc.string(),
  tool_call_id: fc.constantFrom('call_0', 'other'),
  index: fc.oneof(fc.nat(5), fc.jsonValue()),
})
const args = fc.oneof(
  { weight: 5, arbitrary: fc.dictionary(text, fc.jsonValue()).map((input) => JSON.stringify(input)) },
  fc.constantFrom('', '{"n":12345678901234567890}', '[]', '{"half'),
)
const user = fc.record({
  role: fc.constant('user'),
  content: fc.oneof(text, fc.array(part, { minLength: 1 })),
})
const system = fc.record({ role: fc.constantFrom('system', 'developer'), content: text })

/** An assistant that calls tools, and their answers. */
const exchange = fc
  .record({
    content: fc.option(text),
    calls: fc.array(fc.tuple(fc.constantFrom('look', 'now'), args), { maxLength: 3 }),
    details: fc.array(detail, { maxLength: 3 }),
  })
  .map(({ content, calls, details }) => [
    {
      role: 'assistant',
      content,
      reasoning_details: details,
      tool_calls: calls.map(([name, args], index) => ({
        id: `call_${index}`,
        type: 'function',
        function: { name, arguments: args },
      })),
    },
    ...calls.map((_, index) => ({ role: 'tool', tool_call_id: `call_${index}`, content: 'done' })),
  ])

const messages = fc
  .tuple(user, fc.array(fc.oneof(user.map(list), system.map(list), exchange), { maxLength: 4 }))
  .map(([first, rest]) => [first, ...rest.flat()])

const tool = fc.record(
  {
    type: fc.constant('function'),
    function: fc.record(
      {
        name: fc.constantFrom('look', 'now'),
        parameters: fc.dictionary(text, fc.jsonValue()),
        strict: fc.boolean(),
      },
      { requiredKeys: ['name'] },
    ),
  },
  { requiredKeys: ['type', 'function'] },
)

const chats = fc.record(
  {
    messages,
    tools: fc.array(tool, { maxLength: 2 }),
    tool_choice: fc.constantFrom('auto', 'none', 'required', {
      type: 'function',
      function: { name: 'look' },
    }),
    parallel_tool_calls: fc.boolean(),
    max_tokens: fc.integer({ min: 1, max: 40_000 }),
    temperature: fc.nat(12).map((tenths) => tenths / 10),
    stop: fc.oneof(text, fc.array(text, { maxLength: 2 })),
    n: fc.constantFrom(1, 1, 2),
    reasoning_effort: fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
    response_format: fc.constantFrom(
      { type: 'text' },
      { type: 'json_object' },
      { type: 'json_schema', json_schema: { name: 'x', schema: {} } },
    ),
  },
  { requiredKeys: ['messages'] },
)
const breaks = fc.array(fc.tuple(fc.nat(), fc.jsonValue()), { minLength: 1, maxLength: 3 })

test.each([
  { dialect: anthropic, models: ['claude-opus-4-6', 'claude-haiku-4-5', 'claude-opus-5-5'] },
  { dialect: gemini, models: ['gemini-3.5-flash', 'gemini-2.5-pro'] },
  { dialect: bedrock, models: ['anthropic.claude-opus-4-6-v1', 'amazon.nova-pro-v1:0'] },
])('$models', ({ dialect, models }) => {
  let carried = 0
  const check = (chat: unknown) => {
    for (const model of models) {
      try {
        const { body } = dialect.toRequest(chat as Record<string, unknown>, {
          model,
          stream: true,
          baseUrl: 'https://x.test/v1',
        })
        expect(JSON.parse(body)).toBeTypeOf('object')
        carried++
      } catch (error) {
        expect(error).toBeInstanceOf(DialectError)
        const { message, status, code, param } = error as DialectError
        expect({ status, code }).toEqual({ status: 400, code: 'invalid_request' })
        expect(message).toContain(`\`${param}\` `)
        expect(message).not.toMatch(/undefined|\[object|Invalid input/)
      }
    }
  }
  fc.assert(fc.property(chats, check), { numRuns: 400 })
  // If all were refused, this would test nothing.
  expect(carried).toBeGreaterThan(50)
  fc.assert(
    fc.property(chats, breaks, (chat, places) => check(breakJson(chat, places))),
    { numRuns: 1_000 },
  )
  fc.assert(
    fc.property(fc.jsonValue(), (messages) => check({ messages })),
    { numRuns: 300 },
  )
})

function list<Value>(value: Value): Value[] {
  return [value]
}
