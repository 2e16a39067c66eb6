import { describe, expect, test } from 'vitest'
import { DialectError } from '../dialect-error.ts'
import { bedrock } from './bedrock.ts'

const claude = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
const nova = 'amazon.nova-pro-v1:0'
const ask = (chat: object, model = nova, stream = false) =>
  bedrock.toRequest({ messages: [{ role: 'user', content: 'hi' }], ...chat } as Record<string, unknown>, {
    model,
    stream,
    baseUrl: 'https://bedrock-runtime.us-east-1.amazonaws.com',
  })
const bodyOf = (chat: object, model?: string) => JSON.parse(ask(chat, model).body)
const refusal = (chat: object, model?: string) => {
  try {
    ask(chat, model)
  } catch (error) {
    if (error instanceof DialectError) return error.message
    throw error
  }
  return 'carried'
}

test('the path names model and operation', () => {
  expect(ask({}, claude)).toMatchObject({
    path: '/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse',
    headers: { accept: 'application/json' },
  })
  expect(ask({}, claude, true)).toMatchObject({
    path: '/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse-stream',
    headers: { accept: 'application/vnd.amazon.eventstream' },
  })
  expect(ask({}, 'arn:aws:bedrock:us-east-1:1:inference-profile/x').path).toBe(
    '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx/converse',
  )
})

test('settings are carried under their names', () => {
  const settings = { max_completion_tokens: 50, temperature: 0, top_p: 0.5, stop: 'END', user: 'u', seed: 1 }
  expect(bodyOf(settings)).toEqual({
    messages: [{ role: 'user', content: [{ text: 'hi' }] }],
    inferenceConfig: { maxTokens: 50, temperature: 0, topP: 0.5, stopSequences: ['END'] },
  })
})

test('null is left out, and the older name of max_completion_tokens is known', () => {
  expect(bodyOf({ max_tokens: 50, temperature: null, top_p: null, stop: null }).inferenceConfig).toEqual({
    maxTokens: 50,
  })
})

test('defaults are left out for Claude, and sent to others', () => {
  expect(bodyOf({ temperature: 1, top_p: 1 }, claude).inferenceConfig).toEqual({})
  expect(bodyOf({ temperature: 1, top_p: 1 }, nova).inferenceConfig).toEqual({ temperature: 1, topP: 1 })
  expect(refusal({ temperature: 1.1 }, claude)).toContain('`temperature` must be from 0 to 1')
  expect(refusal({ top_p: 0.5 }, 'anthropic.claude-opus-4-7')).toContain('`top_p` cannot be set')
})

test('instructions, pictures as bytes, cache points after what they cover', () => {
  const cache_control = { type: 'ephemeral', ttl: '1h' }
  const body = bodyOf({
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'a', cache_control }] },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,AAAA' } },
          { type: 'text', text: '?', cache_control: { type: 'ephemeral' } },
        ],
      },
    ],
  })
  expect(body.system).toEqual([{ text: 'a' }, { cachePoint: { type: 'default', ttl: '1h' } }])
  expect(body.messages[0].content).toEqual([
    { image: { format: 'jpeg', source: { bytes: 'AAAA' } } },
    { text: '?' },
    { cachePoint: { type: 'default' } },
  ])
})

test.each(['png', 'jpeg', 'gif', 'webp'])('a picture may be a %s', (format) => {
  const content = [{ type: 'image_url', image_url: { url: `data:image/${format};base64,AAAA` } }]
  expect(bodyOf({ messages: [{ role: 'user', content }] }).messages[0].content).toEqual([
    { image: { format, source: { bytes: 'AAAA' } } },
  ])
})

test('thoughts go back as they came, where they were', () => {
  const reasoning_details = [
    { format: 'bedrock', type: 'thinking', thinking: 'hm', signature: 's', index: 0 },
    { format: 'bedrock', type: 'redacted_thinking', data: 'c2VhbGVk', index: 2 },
  ]
  const asked = { role: 'user', content: 'x' }
  const messages = [asked, { role: 'assistant', content: 'y', reasoning_details }, asked]
  expect(bodyOf({ messages }, claude).messages[1].content).toEqual([
    { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
    { text: 'y' },
    { reasoningContent: { redactedContent: 'c2VhbGVk' } },
  ])
})

test('the form of the answer', () => {
  const schema = { type: 'object' }
  const body = bodyOf({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } })
  expect(body.outputConfig).toEqual({
    textFormat: {
      type: 'json_schema',
      structure: {
        jsonSchema: { schema: '{"type":"object","properties":{},"additionalProperties":false}', name: 'x' },
      },
    },
  })
  expect(bodyOf({ response_format: { type: 'json_object' } }).system).toEqual([
    { text: expect.stringContaining('JSON object') },
  ])
})

test('a schema is narrowed for Bedrock, and goes in words to a Claude that cannot be held to one', () => {
  const schema = { type: 'object', properties: { a: { type: 'integer', minimum: 1 } } }
  const formed = (strict: boolean) => ({
    response_format: { type: 'json_schema', json_schema: { name: 'x', schema, strict } },
  })
  expect(JSON.parse(bodyOf(formed(true)).outputConfig.textFormat.structure.jsonSchema.schema)).toEqual({
    type: 'object',
    properties: { a: { type: 'integer', description: '{"minimum":1}' } },
    additionalProperties: false,
  })
  const older = 'anthropic.claude-sonnet-4-20250514-v1:0'
  expect(bodyOf(formed(false), older).system[0].text).toContain(JSON.stringify(schema))
  expect(bodyOf(formed(false), older)).not.toHaveProperty('outputConfig')
  expect(refusal(formed(true), older)).toContain('`response_format` has a schema')
})

describe('thinking is asked for in the form of the family', () => {
  test.each([
    ...Object.entries({
      minimal: 'low',
      low: 'low',
      medium: 'medium',
      high: 'high',
      xhigh: 'high',
      max: 'high',
    }).map(([effort, maxReasoningEffort]): [string, string, object] => [
      nova,
      effort,
      { reasoningConfig: { type: 'enabled', maxReasoningEffort } },
    ]),
    [nova, 'none', { reasoningConfig: { type: 'disabled' } }],
    ['openai.gpt-oss-120b-1:0', 'low', { reasoning_effort: 'low' }],
    ['us.openai.gpt-5.6', 'low', { reasoning: { effort: 'low' } }],
  ])('%s, %s', (model, reasoning_effort, fields) => {
    const { additionalModelRequestFields, inferenceConfig } = bodyOf(
      { reasoning_effort, max_tokens: 9 },
      model,
    )
    expect(additionalModelRequestFields).toEqual(fields)
    expect(inferenceConfig).toEqual({ maxTokens: 9 })
  })

  test('Claude: an effort, or a budget and room for it', () => {
    const newer = bodyOf({ reasoning_effort: 'high' }, 'anthropic.claude-opus-4-6-v1')
    expect(newer).toMatchObject({
      outputConfig: { effort: 'high' },
      additionalModelRequestFields: { thinking: { type: 'adaptive', display: 'summarized' } },
    })
    expect(newer.inferenceConfig).toEqual({})
    const older = bodyOf({ reasoning_effort: 'medium' }, claude)
    expect(older).toMatchObject({
      inferenceConfig: { maxTokens: 16_384 },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 8_192 } },
    })
    expect(older).not.toHaveProperty('outputConfig')
    expect(bodyOf({ reasoning_effort: 'medium', max_tokens: 5_000 }, claude)).toMatchObject({
      inferenceConfig: { maxTokens: 5_000 },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2_500 } },
    })
    expect(bodyOf({ reasoning_effort: 'none' }, claude)).not.toHaveProperty('additionalModelRequestFields')
  })

  test('Claude: no budget where tool calls came back without the thoughts before them', () => {
    const after = (reasoning_details: object[]) => {
      const tool_calls = [{ id: 'a', type: 'function', function: { name: 'look', arguments: '{}' } }]
      const messages = [
        { role: 'user', content: 'x' },
        { role: 'assistant', tool_calls, reasoning_details },
        { role: 'tool', tool_call_id: 'a', content: 'seen' },
      ]
      return bodyOf({ reasoning_effort: 'medium', messages }, claude)
    }
    const lost = after([])
    expect(lost.additionalModelRequestFields).not.toHaveProperty('thinking')
    expect(lost.inferenceConfig).toEqual({})
    const sent = after([{ format: 'bedrock', type: 'thinking', thinking: 'hm', signature: 's', index: 0 }])
    expect(sent.additionalModelRequestFields.thinking).toMatchObject({ type: 'enabled' })
  })

  test('others are refused', () => {
    expect(refusal({ reasoning_effort: 'low' }, 'meta.llama3-3-70b-instruct-v1:0')).toContain(
      '`reasoning_effort`',
    )
    for (const thinking of [{ type: 'enabled', budget_tokens: 5 }, { type: 'adaptive' }]) {
      expect(refusal({ thinking }, nova)).toContain('is for Claude only')
    }
  })
})

describe('tools', () => {
  const tools = [
    {
      type: 'function',
      function: { name: 'a', description: 'A', parameters: { type: 'object' }, strict: true },
    },
    { type: 'function', function: { name: 'b' } },
  ]
  const specs = [
    { toolSpec: { name: 'a', description: 'A', inputSchema: { json: { type: 'object' } } } },
    { toolSpec: { name: 'b', inputSchema: { json: { type: 'object', properties: {} } } } },
  ]
  const call = (id: string, name: string) => ({
    id,
    type: 'function',
    function: { name, arguments: '{"x":1}' },
  })
  const history = [
    { role: 'user', content: 'both' },
    { role: 'assistant', content: null, tool_calls: [call('one', 'a'), call('two', 'b')] },
    { role: 'tool', tool_call_id: 'one', content: 'one' },
    { role: 'tool', tool_call_id: 'two', content: ' ' },
  ]

  test.each([
    [{}, { auto: {} }],
    [{ tool_choice: 'required' }, { any: {} }],
    [{ tool_choice: { type: 'function', function: { name: 'b' } } }, { tool: { name: 'b' } }],
  ])('%j is %j', (chat, toolChoice) => {
    expect(bodyOf({ tools, ...chat }).toolConfig).toEqual({ tools: specs, toolChoice })
  })

  test('are left out when none may be called', () => {
    expect(bodyOf({ tools, tool_choice: 'none' })).not.toHaveProperty('toolConfig')
  })

  test('are called one at a time by Claude only', () => {
    const chat = { tools, parallel_tool_calls: false, tool_choice: 'required' }
    expect(bodyOf(chat, claude)).toMatchObject({
      toolConfig: { tools: specs },
      additionalModelRequestFields: { tool_choice: { type: 'any', disable_parallel_tool_use: true } },
    })
    expect(bodyOf(chat, claude).toolConfig).not.toHaveProperty('toolChoice')
    for (const [tool_choice, named] of [
      ['auto', { type: 'auto' }],
      [
        { type: 'function', function: { name: 'b' } },
        { type: 'tool', name: 'b' },
      ],
    ]) {
      expect(bodyOf({ ...chat, tool_choice }, claude).additionalModelRequestFields.tool_choice).toEqual(
        Object.assign({ disable_parallel_tool_use: true }, named),
      )
    }
    expect(refusal(chat, 'anthropic.claude-opus-5-5')).toContain('`tool_choice` cannot be forced')
    expect(refusal(chat, nova)).toContain('`parallel_tool_calls` cannot be turned off')
    const only = bodyOf({ ...chat, tools: [tools[0]] }, nova)
    expect(only.toolConfig.toolChoice).toEqual({ tool: { name: tools[0]!.function.name } })
    const one = { type: 'function', function: { name: tools[0]!.function.name } }
    expect(bodyOf({ ...chat, tool_choice: one }, nova).toolConfig.toolChoice).toEqual({
      tool: { name: one.function.name },
    })
  })

  test('answer in one user turn; a blank result becomes an empty object', () => {
    expect(bodyOf({ tools, messages: history }).messages).toEqual([
      { role: 'user', content: [{ text: 'both' }] },
      {
        role: 'assistant',
        content: [
          { toolUse: { toolUseId: 'one', name: 'a', input: { x: 1 } } },
          { toolUse: { toolUseId: 'two', name: 'b', input: { x: 1 } } },
        ],
      },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'one', content: [{ text: 'one' }] } },
          { toolResult: { toolUseId: 'two', content: [{ json: {} }] } },
        ],
      },
    ])
  })

  test('have a cache point behind a result that the caller marks', () => {
    const marked = { type: 'text', text: 'two', cache_control: { type: 'ephemeral' } }
    const messages = [...history.slice(0, 3), { role: 'tool', tool_call_id: 'two', content: [marked] }]
    expect(bodyOf({ tools, messages }, claude).messages[2].content.slice(1)).toEqual([
      { toolResult: { toolUseId: 'two', content: [{ text: 'two' }] } },
      { cachePoint: { type: 'default' } },
    ])
  })

  test('of the history stay declared, and only Claude can be told not to call them', () => {
    const declared = {
      tools: ['a', 'b'].map((name) => ({ toolSpec: { name, inputSchema: { json: { type: 'object' } } } })),
    }
    const none = { tool_choice: { type: 'none' } }
    expect(bodyOf({ messages: history }, claude)).toMatchObject({
      toolConfig: declared,
      additionalModelRequestFields: none,
    })
    expect(bodyOf({ messages: history }, nova)).toMatchObject({ toolConfig: declared })
    expect(bodyOf({ messages: history, tools, tool_choice: 'none' }, claude)).toMatchObject({
      toolConfig: { tools: specs },
      additionalModelRequestFields: none,
    })
    expect(refusal({ messages: history, tools, tool_choice: 'none' }, nova)).toContain(
      '`tool_choice` cannot be none',
    )
  })
})

test.each([
  [{ messages: [{ role: 'user', content: ' \n' }] }, '`messages[0].content` is empty'],
  [{ n: 2 }, '`n` cannot be carried'],
  [{ top_k: 2 }, '`top_k` cannot be carried'],
  [
    {
      messages: [
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.test/a.png' } }] },
      ],
    },
    '`messages[0].content[0].image_url.url` must be a data: URL',
  ],
  [
    {
      messages: [
        { role: 'user', content: [{ type: 'image_url', image_url: 'data:image/tiff;base64,AAAA' }] },
      ],
    },
    'must be a png, jpeg, gif or webp',
  ],
])('%j is refused by name', (chat, message) => {
  expect(refusal(chat)).toContain(message)
})
