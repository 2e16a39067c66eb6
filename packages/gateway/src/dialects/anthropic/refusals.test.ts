import { expect, test } from 'vitest'
import { DialectError } from '../dialect-error.ts'
import { anthropic } from './anthropic.ts'

function refusal(chat: object, model = 'claude-opus-4-6'): string {
  const whole: Record<string, unknown> = { messages: [{ role: 'user', content: 'hi' }], ...chat }
  try {
    anthropic.toRequest(whole, { model, stream: false, baseUrl: 'https://api.anthropic.com/v1/' })
  } catch (error) {
    if (error instanceof DialectError) return `${error.status} ${error.code}: ${error.message}`
    throw error
  }
  return 'carried'
}

test.each([
  [{ n: 2 }, '`n` cannot be carried'],
  [{ logprobs: true }, '`logprobs` cannot be carried'],
  [{ frequency_penalty: 1 }, '`frequency_penalty` cannot be carried'],
  [{ logit_bias: { 1: 5 } }, '`logit_bias` cannot be carried'],
  [{ web_search_options: {} }, '`web_search_options` cannot be carried'],
  [{ functions: [] }, '`functions` cannot be carried'],
  [{ something_new: 1 }, '`something_new` cannot be carried'],
  [{ temperature: 1.5 }, '`temperature` must be from 0 to 1'],
  [{ temperature: -0.1 }, '`temperature` must be from 0 to 1'],
  [{ temperature: 'hot' }, '`temperature` must be number, not string.'],
  [{ reasoning_effort: 'much' }, '`reasoning_effort` is not valid: expected one of "none"'],
  [
    { tools: [{ type: 'function', function: {} }] },
    '`tools[0].function.name` is missing: it must be string.',
  ],
  [{ max_tokens: 0 }, '`max_tokens` is not valid'],
  [{ tool_choice: 'required' }, '`tool_choice` is required, but there are no `tools`'],
  [
    { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [] } } },
    '`tool_choice` is required, but there are no `tools`',
  ],
  [{ tool_choice: { type: 'function', function: { name: 'x' } } }, 'names `x`, which is not among `tools`'],
  [{ tools: [{ type: 'custom', custom: {} }] }, '`tools[0].type` must be `function`'],
  [{ response_format: { type: 'json_schema', json_schema: { name: 'x' } } }, 'schema` is missing'],
  [{ reasoning_effort: 'high', thinking: { type: 'disabled' } }, 'says the same as `reasoning_effort`'],
  [{ messages: [] }, '`messages` is not valid'],
  [{ messages: [{ role: 'system', content: 'x' }] }, '`messages` holds instructions only'],
  [{ messages: [{ role: 'user', content: '' }] }, '`messages[0].content` is empty'],
  [{ messages: [{ role: 'user', content: 5 }] }, '`messages[0].content` must be a text or a list of parts'],
  [
    { messages: [{ role: 'user', content: [{ type: 'input_video' }] }] },
    '`messages[0].content[0].type` must be `text`, `image_url`, `file` or `input_audio`',
  ],
  ...['wav', 'mp3'].map((format): [object, string] => [
    {
      messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AA', format } }] }],
    },
    '`messages[0].content[0].input_audio` cannot be carried',
  ]),
  [
    { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }] },
    '`messages[0].content[0].file.file_id` is known to OpenAI only',
  ],
  [
    {
      messages: [
        { role: 'user', content: [{ type: 'file', file: { file_data: 'data:image/png;base64,AA' } }] },
      ],
    },
    '`messages[0].content[0].file.file_data` must be a PDF or a plain text',
  ],
  [{ messages: [{ role: 'robot' }] }, '`messages[0].role` must be system, developer'],
  [
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: 'ftp://x' }] }] },
    '`messages[0].content[0].image_url.url` must be an http(s) address',
  ],
  [{ messages: [{ role: 'tool', tool_call_id: 'x', content: 'y' }] }, 'names no tool call'],
  [
    {
      messages: [
        {
          role: 'assistant',
          tool_calls: [{ id: 'x', type: 'function', function: { name: 'f', arguments: '[' } }],
        },
      ],
    },
    '`messages[0].tool_calls[0].function.arguments` must be the JSON text of an object',
  ],
  [{ messages: [{ role: 'assistant', function_call: {} }] }, '`messages[0].function_call` is no longer used'],
])('%j is refused by name', (chat, message) => {
  expect(refusal(chat)).toContain('400 invalid_request: ')
  expect(refusal(chat)).toContain(message)
})

const tools = [{ type: 'function', function: { name: 'x' } }]
const forced = { tools, tool_choice: 'required' }
const named = { tools, tool_choice: { type: 'function', function: { name: 'x' } } }

test.each([
  ['claude-opus-5-5', forced, '`tool_choice` cannot be forced'],
  ['claude-sonnet-5-5', named, '`tool_choice` cannot be forced'],
  ['claude-fable-5-1', forced, '`tool_choice` cannot be forced'],
  ['claude-opus-4-7', { temperature: 0 }, '`temperature` cannot be set'],
  ['claude-haiku-5-5', { top_p: 0.9 }, '`top_p` cannot be set'],
  ['claude-sonnet-5', { top_k: 5 }, '`top_k` cannot be set'],
])('%s would refuse %j, so that it is refused by name before it is sent', (model, chat, message) => {
  expect(refusal(chat, model)).toContain(message)
})

test.each([
  ['claude-haiku-5-5', forced],
  ['claude-fable-5', named],
  ['claude-opus-5-5', { tools, tool_choice: 'auto' }],
  ['claude-opus-5-5', { temperature: 1, top_p: 1 }],
  ['claude-opus-4-6', { temperature: 0, top_k: 5 }],
  // Names without a version of Claude: the provider knows better.
  ['MiniMax-M2', { ...forced, temperature: 0 }],
  ['claude-latest', { ...forced, temperature: 0 }],
])('%s takes %j', (model, chat) => {
  expect(refusal(chat, model)).toBe('carried')
})

test('a model that thinks within a budget needs room for it', () => {
  expect(refusal({ reasoning_effort: 'low', max_tokens: 1_024 }, 'claude-haiku-4-5')).toContain(
    '`max_tokens` must be above 1024',
  )
})

test('a schema that is 100,000 levels deep is refused, not a crash', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)
  expect(refusal({ tools: [{ type: 'function', function: { name: 'x', parameters: deep } }] })).toContain(
    'nested too deeply',
  )
})

test('arguments of all tool calls together are bounded in their values: parsing them holds up all other calls', () => {
  const call = (id: string) => ({
    id,
    type: 'function',
    function: { name: 'f', arguments: `{"a":[${'0,'.repeat(120_000)}0]}` },
  })
  const messages = [
    { role: 'user', content: 'x' },
    { role: 'assistant', tool_calls: [call('a'), call('b')] },
  ]
  expect(refusal({ messages })).toContain(
    '`messages[1].tool_calls[1].function.arguments` makes more than 200000 values',
  )
})
