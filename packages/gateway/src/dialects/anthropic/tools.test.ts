import { describe, expect, test } from 'vitest'
import { bodyOf } from '../testing/ask-anthropic.ts'

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

  test('have a schema of type object, also where the caller gives no type', () => {
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
      tool_calls: [call('one', 'a', '{"x":1}'), call('two', 'b', '')],
    },
    { role: 'tool', tool_call_id: 'one', content: 'one' },
    { role: 'tool', tool_call_id: 'two', content: [{ type: 'text', text: 'two' }] },
    { role: 'user', content: 'and?' },
  ]

  test('answer in one user turn, together with what the user says next', () => {
    expect(bodyOf({ tools, messages: history }).messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'both' }] },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'one', name: 'a', input: { x: 1 } },
          { type: 'tool_use', id: 'two', name: 'b', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'one', content: [{ type: 'text', text: 'one' }] },
          { type: 'tool_result', tool_use_id: 'two', content: [{ type: 'text', text: 'two' }] },
          { type: 'text', text: 'and?' },
        ],
      },
    ])
  })

  test('have their results first in the turn, also where the user spoke before they came', () => {
    const hurried = [...history.slice(0, 2), { role: 'user', content: 'soon?' }, ...history.slice(2)]
    const { content } = bodyOf({ tools, messages: hurried }).messages[2]
    expect(content.map(({ tool_use_id, text }: Record<string, string>) => tool_use_id ?? text)).toEqual([
      'one',
      'two',
      'soon?',
      'and?',
    ])
  })

  test('that print nothing but a line end have an empty result: Anthropic refuses blank texts', () => {
    const quiet = [...history.slice(0, 3), { role: 'tool', tool_call_id: 'two', content: '\n' }]
    const [, result] = bodyOf({ tools, messages: quiet }).messages[2].content
    expect(result).toEqual({ type: 'tool_result', tool_use_id: 'two', content: [] })
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
