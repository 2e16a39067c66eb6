import { describe, expect, test } from 'vitest'
import { anthropic } from './anthropic.ts'

const ask = (chat: object, model = 'claude-opus-4-6', stream = false) =>
  anthropic.toRequest({ messages: [{ role: 'user', content: 'hi' }], ...chat } as Record<string, unknown>, {
    model,
    stream,
    baseUrl: 'https://api.anthropic.com/v1/',
  })
const bodyOf = (chat: object, model?: string) => JSON.parse(ask(chat, model).body)
test('the smallest request has the three members that Anthropic wants', () => {
  const { path, headers, body } = ask({}, 'claude-opus-4-6', true)
  expect(path).toBe('/v1/messages')
  expect(headers).toEqual({ 'content-type': 'application/json', 'anthropic-version': '2023-06-01' })
  expect(JSON.parse(body)).toEqual({
    model: 'claude-opus-4-6',
    max_tokens: 16_384,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
    stream: true,
  })
})

test('settings are carried under their names', () => {
  const settings = {
    max_completion_tokens: 50,
    temperature: 0,
    top_p: 0.5,
    top_k: 3,
    stop: 'END',
    user: 'u',
    seed: 1,
    n: 1,
    logit_bias: {},
    presence_penalty: 0,
    stream_options: { include_usage: true },
  }
  expect(bodyOf(settings)).toMatchObject({
    max_tokens: 50,
    temperature: 0,
    top_p: 0.5,
    top_k: 3,
    stop_sequences: ['END'],
  })
  expect(Object.keys(bodyOf(settings)).sort()).toEqual([
    'max_tokens',
    'messages',
    'model',
    'stop_sequences',
    'temperature',
    'top_k',
    'top_p',
  ])
  expect(bodyOf({}, 'claude-3-haiku-20240307').max_tokens).toBe(4_096)
  // No Claude of version 2.
  expect(bodyOf({}, 'MiniMax-M2').max_tokens).toBe(16_384)
  expect(bodyOf({}, 'kimi-k2').max_tokens).toBe(16_384)
  // What is Claude's default anyway is not said: newer models refuse to hear it.
  for (const unsaid of [
    { temperature: 1, top_p: 1, stop: [] },
    { temperature: null, top_p: null, top_k: null, stop: null },
  ]) {
    expect(Object.keys(bodyOf(unsaid)).sort()).toEqual(['max_tokens', 'messages', 'model'])
  }
})

test('system and developer messages are hoisted in order, cache marks with them', () => {
  const body = bodyOf({
    messages: [
      { role: 'system', content: 'a' },
      { role: 'user', content: 'hi' },
      { role: 'developer', content: [{ type: 'text', text: 'b', cache_control: { type: 'ephemeral' } }] },
    ],
  })
  expect(body.system).toEqual([
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b', cache_control: { type: 'ephemeral' } },
  ])
  expect(body.messages).toHaveLength(1)
})

test('pictures go as data or as an address', () => {
  const image = (url: string, more = {}) => ({
    type: 'image_url',
    image_url: { url, detail: 'high' },
    ...more,
  })
  const mark = { cache_control: { type: 'ephemeral' } }
  const body = bodyOf({
    messages: [
      {
        role: 'user',
        content: [
          image('data:image/png;base64,AAAA'),
          image('data:image/jpg;base64,BBBB'),
          image('https://x.test/a.jpg', mark),
          { type: 'text', text: '?' },
        ],
      },
    ],
  })
  expect(body.messages[0].content).toEqual([
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
    { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'BBBB' } },
    { type: 'image', source: { type: 'url', url: 'https://x.test/a.jpg' }, ...mark },
    { type: 'text', text: '?' },
  ])
})

describe('tools', () => {
  const tools = [
    {
      type: 'function',
      function: { name: 'a', description: 'A', parameters: { type: 'object' }, strict: true },
    },
    { type: 'function', function: { name: 'b' } },
  ]

  test('have an input schema, an empty one where they have no parameters', () => {
    expect(bodyOf({ tools }).tools).toEqual([
      {
        name: 'a',
        description: 'A',
        input_schema: { type: 'object', properties: {}, additionalProperties: false },
        strict: true,
      },
      { name: 'b', input_schema: { type: 'object', properties: {} } },
    ])
    expect(bodyOf({ tools }, 'claude-haiku-4-5-20251001').tools[0]).toHaveProperty('strict')
    expect(bodyOf({ tools }, 'claude-opus-4-1-20250805').tools[0]).not.toHaveProperty('strict')
  })

  test('have a schema of an object, also where theirs says nothing or not that', () => {
    const properties = { x: { type: 'string' } }
    const inputs = [{}, { properties }, { type: null, properties }].map((parameters) => {
      const named = { type: 'function', function: { name: 'a', parameters } }
      return bodyOf({ tools: [named] }).tools[0].input_schema
    })
    expect(inputs).toEqual([
      { type: 'object', properties: {} },
      { type: 'object', properties },
      { type: 'object', properties },
    ])
  })

  test.each([
    [{}, { type: 'auto' }],
    [{ tool_choice: 'auto' }, { type: 'auto' }],
    [{ tool_choice: 'none', parallel_tool_calls: false }, { type: 'none' }],
    [{ tool_choice: 'required' }, { type: 'any' }],
    [{ tool_choice: { type: 'function', function: { name: 'b' } } }, { type: 'tool', name: 'b' }],
    [{ parallel_tool_calls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [
      { tool_choice: 'required', parallel_tool_calls: false },
      { type: 'any', disable_parallel_tool_use: true },
    ],
  ])('%j is %j', (chat, choice) => {
    expect(bodyOf({ tools, ...chat }).tool_choice).toEqual(choice)
  })

  test('that are not allowed are not shown', () => {
    const allowed = [{ type: 'function', function: { name: 'b' } }]
    const body = bodyOf({
      tools,
      tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: allowed } },
    })
    expect(body.tools.map(({ name }: { name: string }) => name)).toEqual(['b'])
    expect(body.tool_choice).toEqual({ type: 'any' })
  })

  const call = (id: string, name: string, args: string) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  })
  const history = [
    { role: 'user', content: 'both' },
    {
      role: 'assistant',
      content: ' \n',
      tool_calls: [call('functions.a:0', 'a', '{"x":1}'), call('two', 'b', '')],
    },
    { role: 'tool', tool_call_id: 'functions.a:0', content: 'one' },
    { role: 'tool', tool_call_id: 'two', content: [{ type: 'text', text: 'two' }] },
    { role: 'user', content: 'and?' },
  ]

  test('answer in one user turn, together with what the user says next', () => {
    expect(bodyOf({ tools, messages: history }).messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'both' }] },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'functions_a_0', name: 'a', input: { x: 1 } },
          { type: 'tool_use', id: 'two', name: 'b', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'functions_a_0', content: [{ type: 'text', text: 'one' }] },
          { type: 'tool_result', tool_use_id: 'two', content: [{ type: 'text', text: 'two' }] },
          { type: 'text', text: 'and?' },
        ],
      },
    ])
  })

  test('of the history are declared, and forbidden, when none are given any more', () => {
    expect(bodyOf({ messages: history })).toMatchObject({
      tools: [
        { name: 'a', input_schema: { type: 'object' } },
        { name: 'b', input_schema: { type: 'object' } },
      ],
      tool_choice: { type: 'none' },
    })
  })
})

test("a schema for the answer is Anthropic's own; any JSON object is asked for in words", () => {
  const schema = { type: 'object', properties: {}, additionalProperties: false }
  const body = bodyOf({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } })
  expect(body.output_config).toEqual({ format: { type: 'json_schema', schema } })
  const json = bodyOf({ response_format: { type: 'json_object' } })
  expect(json.system).toEqual([{ type: 'text', text: expect.stringContaining('JSON object') }])
})

describe('a schema that Claude is to keep to', () => {
  const formed = (schema: object, strict?: boolean) => ({
    response_format: { type: 'json_schema', json_schema: { name: 'x', schema, strict } },
  })
  const sent = (schema: object) => bodyOf(formed(schema)).output_config.format.schema
  const closed = { type: 'object', properties: {}, additionalProperties: false }

  test('says in its descriptions what Anthropic refuses', () => {
    const bounded = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        age: { type: 'integer', minimum: 0, maximum: 150, description: 'in years' },
        tags: { type: 'array', items: { type: 'string', minLength: 1, format: 'slug' }, minItems: 2 },
        at: { type: 'string', format: 'date-time' },
        some: { type: ['array', 'null'], items: { type: 'number' }, minItems: 1 },
      },
      required: ['age'],
    }
    expect(sent(bounded)).toEqual({
      type: 'object',
      properties: {
        age: { type: 'integer', description: 'in years\n\n{"minimum":0,"maximum":150}' },
        tags: {
          type: 'array',
          items: { type: 'string', description: '{"minLength":1,"format":"slug"}' },
          description: '{"minItems":2}',
        },
        at: { type: 'string', format: 'date-time' },
        some: { type: ['array', 'null'], items: { type: 'number' }, minItems: 1 },
      },
      additionalProperties: false,
      required: ['age'],
    })
  })

  test('is closed wherever it has objects, definitions and variants among them', () => {
    const open = { type: 'object', additionalProperties: true, properties: { a: { $ref: '#/$defs/leaf' } } }
    const shut = { ...open, additionalProperties: false }
    expect(
      sent({ $ref: '#/$defs/open', $defs: { open, leaf: { enum: ['x', 1, null], type: 'string' } } }),
    ).toEqual({
      $ref: '#/$defs/open',
      $defs: { open: shut, leaf: { enum: ['x', 1, null] } },
    })
    expect(sent({ type: 'object', properties: { a: { oneOf: [open, { const: 1 }] } } })).toEqual({
      ...closed,
      properties: { a: { anyOf: [shut, { const: 1 }] } },
    })
  })

  test('is narrowed for strict tools only', () => {
    const parameters = { type: 'object', properties: { a: { type: 'integer', minimum: 1 } } }
    const tools = [true, false].map((strict) => ({
      type: 'function',
      function: { name: 'a', parameters, strict },
    }))
    expect(bodyOf({ tools }).tools).toEqual([
      {
        name: 'a',
        input_schema: { ...closed, properties: { a: { type: 'integer', description: '{"minimum":1}' } } },
        strict: true,
      },
      { name: 'a', input_schema: parameters },
    ])
  })

  test.each([
    ['claude-opus-4-6', { type: 'object', additionalProperties: { type: 'number' } }],
    ['claude-opus-4-6', { type: 'object', additionalProperties: true }],
    ['claude-opus-4-6', { type: 'object', properties: { any: {} } }],
    ['claude-opus-4-6', {}],
    ['claude-sonnet-4-20250514', closed],
  ])('goes to %s in words where it cannot: %j', (model, schema) => {
    const body = bodyOf(formed(schema), model)
    expect(body).not.toHaveProperty('output_config')
    expect(body.system[0].text).toContain(JSON.stringify(schema))
    expect(() => ask(formed(schema, true), model)).toThrow('`response_format` has a schema')
    const strict = {
      type: 'function',
      function: { name: 'a', parameters: { ...schema, type: 'object' }, strict: true },
    }
    if (Object.keys(schema).length > 0)
      expect(bodyOf({ tools: [strict] }, model).tools[0]).not.toHaveProperty('strict')
  })
})
