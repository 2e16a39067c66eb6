import { describe, expect, test } from 'vitest'
import { DialectError } from '../dialect-error.ts'
import { gemini } from './gemini.ts'

const ask = (
  chat: object,
  model = 'gemini-2.5-flash',
  { stream = false, baseUrl = 'https://generativelanguage.googleapis.com/v1beta' } = {},
) =>
  gemini.toRequest({ messages: [{ role: 'user', content: 'hi' }], ...chat } as Record<string, unknown>, {
    model,
    stream,
    baseUrl,
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

test('the path names model and method, also from the address of the compatible endpoint', () => {
  expect(ask({}).path).toBe('/v1beta/models/gemini-2.5-flash:generateContent')
  expect(ask({}, 'models/gemini-3.5-flash', { stream: true }).path).toBe(
    '/v1beta/models/gemini-3.5-flash:streamGenerateContent?alt=sse',
  )
  const baseUrl = 'https://generativelanguage.googleapis.com/v1beta/openai/'
  expect(ask({}, 'a/b?c', { baseUrl }).path).toBe('/v1beta/models/a%2Fb%3Fc:generateContent')
})

test('settings are carried under their names', () => {
  const settings = {
    max_tokens: 50,
    temperature: 0,
    top_p: 0.5,
    top_k: 3,
    seed: 7,
    n: 2,
    presence_penalty: 1,
    frequency_penalty: -1,
    stop: ['a', 'b'],
    user: 'u',
  }
  expect(bodyOf(settings)).toEqual({
    contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
    generationConfig: {
      maxOutputTokens: 50,
      temperature: 0,
      topP: 0.5,
      topK: 3,
      seed: 7,
      candidateCount: 2,
      presencePenalty: 1,
      frequencyPenalty: -1,
      stopSequences: ['a', 'b'],
    },
  })
})

test('instructions are hoisted', () => {
  const messages = [
    { role: 'system', content: 'a' },
    { role: 'user', content: 'hi' },
    { role: 'developer', content: 'b' },
  ]
  const body = bodyOf({ messages })
  expect(body.systemInstruction).toEqual({ parts: [{ text: 'a' }, { text: 'b' }] })
  expect(body.contents).toEqual([{ role: 'user', parts: [{ text: 'hi' }] }])
})

test('pictures go as data, or by an address that tells what they are', () => {
  const image = (url: string) => ({ role: 'user', content: [{ type: 'image_url', image_url: { url } }] })
  expect(bodyOf({ messages: [image('data:image/webp;base64,AAAA')] }).contents[0].parts).toEqual([
    { inlineData: { mimeType: 'image/webp', data: 'AAAA' } },
  ])
  expect(bodyOf({ messages: [image('data:image/jpg;base64,AAAA')] }).contents[0].parts).toEqual([
    { inlineData: { mimeType: 'image/jpeg', data: 'AAAA' } },
  ])
  expect(bodyOf({ messages: [image('https://x.test/a.JPG?b=c.png')] }).contents[0].parts).toEqual([
    { fileData: { mimeType: 'image/jpeg', fileUri: 'https://x.test/a.JPG?b=c.png' } },
  ])
  expect(refusal({ messages: [image('https://x.test/picture')] })).toContain(
    '`messages[0].content[0].image_url.url` must end in',
  )
})

test('the form of the answer', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false }
  expect(bodyOf({ response_format: { type: 'json_object' } }).generationConfig).toEqual({
    responseMimeType: 'application/json',
  })
  expect(
    bodyOf({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } }).generationConfig,
  ).toEqual({ responseMimeType: 'application/json', responseJsonSchema: schema })
})

describe('thinking', () => {
  test.each([
    ['gemini-2.5-flash', 'none', { thinkingBudget: 0 }],
    ['gemini-2.5-pro', 'none', { thinkingBudget: 128 }],
    ['gemini-2.5-flash', 'low', { includeThoughts: true, thinkingBudget: 1_024 }],
    ['gemini-2.5-pro', 'medium', { includeThoughts: true, thinkingBudget: 8_192 }],
    ['gemini-2.5-pro', 'high', { includeThoughts: true, thinkingBudget: 24_576 }],
    ['gemini-3.5-flash', 'none', { thinkingLevel: 'minimal' }],
    ['gemini-3-flash-preview', 'minimal', { includeThoughts: true, thinkingLevel: 'minimal' }],
    ['gemini-3.1-flash-lite', 'none', { thinkingLevel: 'minimal' }],
    // These models answer "Thinking level MINIMAL is not supported for this model" with a 400.
    ['gemini-3.1-pro-preview', 'none', { thinkingLevel: 'low' }],
    ['gemini-3.1-pro-preview', 'minimal', { includeThoughts: true, thinkingLevel: 'low' }],
    ['gemini-3.7-flash', 'minimal', { includeThoughts: true, thinkingLevel: 'low' }],
    ['gemini-flash-latest', 'none', { thinkingLevel: 'low' }],
    ['gemini-3-pro-preview', 'low', { includeThoughts: true, thinkingLevel: 'low' }],
    ['gemini-flash-latest', 'xhigh', { includeThoughts: true, thinkingLevel: 'high' }],
  ])('%s with effort %s', (model, reasoning_effort, thinkingConfig) => {
    expect(bodyOf({ reasoning_effort }, model).generationConfig).toEqual({ thinkingConfig })
  })

  test('by a budget, or as the model likes', () => {
    const configOf = (thinking: object, model?: string) =>
      bodyOf({ thinking }, model).generationConfig.thinkingConfig
    expect(configOf({ type: 'enabled', budget_tokens: 99 })).toEqual({
      includeThoughts: true,
      thinkingBudget: 99,
    })
    expect(configOf({ type: 'adaptive' })).toEqual({ includeThoughts: true, thinkingBudget: -1 })
    expect(configOf({ type: 'adaptive' }, 'gemini-3.5-flash')).toEqual({ includeThoughts: true })
  })
})

describe('tools', () => {
  const tools = [
    { type: 'function', function: { name: 'a', description: 'A', parameters: { type: 'object' } } },
    { type: 'function', function: { name: 'b' } },
  ]
  const one = { type: 'function', function: { name: 'b' } }

  test('keep their JSON schema as it is', () => {
    expect(bodyOf({ tools }).tools).toEqual([
      {
        functionDeclarations: [
          { name: 'a', description: 'A', parametersJsonSchema: { type: 'object' } },
          { name: 'b', parametersJsonSchema: { type: 'object', properties: {} } },
        ],
      },
    ])
  })

  test.each([
    [undefined, { mode: 'AUTO' }],
    ['auto', { mode: 'AUTO' }],
    ['none', { mode: 'NONE' }],
    ['required', { mode: 'ANY' }],
    [one, { mode: 'ANY', allowedFunctionNames: ['b'] }],
  ])('choice %j is %j', (tool_choice, functionCallingConfig) => {
    expect(bodyOf({ tools, tool_choice }).toolConfig).toEqual({ functionCallingConfig })
  })

  test('one of which is strict make Gemini keep to the schemas', () => {
    const strict = [{ type: 'function', function: { name: 'a', strict: true } }]
    expect(bodyOf({ tools: strict }).toolConfig.functionCallingConfig.mode).toBe('VALIDATED')
  })

  test('cannot be called one at a time, unless it is the one that the caller names', () => {
    expect(refusal({ tools, parallel_tool_calls: false })).toContain(
      '`parallel_tool_calls` cannot be turned off',
    )
    expect(refusal({ parallel_tool_calls: false })).toBe('carried')
    expect(refusal({ tools, parallel_tool_calls: false, tool_choice: one })).toBe('carried')
    expect(refusal({ tools, parallel_tool_calls: false, tool_choice: 'required' })).toContain('turned off')
    const only = { tools: [tools[1]], parallel_tool_calls: false, tool_choice: 'required' }
    const functionCallingConfig = { mode: 'ANY', allowedFunctionNames: ['b'] }
    expect(bodyOf(only).toolConfig).toEqual({ functionCallingConfig })
    const allowed_tools = { mode: 'required', tools: [one] }
    const allowed = { ...only, tools, tool_choice: { type: 'allowed_tools', allowed_tools } }
    expect(bodyOf(allowed).toolConfig).toEqual({ functionCallingConfig })
  })

  const call = (id: string, name: string) => ({
    id,
    type: 'function',
    function: { name, arguments: '{"x":1}' },
  })
  const history = (reasoning_details?: object[]) => ({
    messages: [
      { role: 'user', content: 'both' },
      {
        role: 'assistant',
        content: 'Looking.',
        tool_calls: [call('one', 'a'), call('two', 'b')],
        reasoning_details,
      },
      { role: 'tool', tool_call_id: 'one', content: '{"deg":21}' },
      { role: 'tool', tool_call_id: 'two', content: '' },
      { role: 'user', content: 'and?' },
    ],
  })

  test('answer in one user turn, by name and id', () => {
    expect(bodyOf(history()).contents).toEqual([
      { role: 'user', parts: [{ text: 'both' }] },
      {
        role: 'model',
        parts: [
          { text: 'Looking.' },
          { functionCall: { id: 'one', name: 'a', args: { x: 1 } } },
          { functionCall: { id: 'two', name: 'b', args: { x: 1 } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'one', name: 'a', response: { output: '{"deg":21}' } } },
          { functionResponse: { id: 'two', name: 'b', response: { output: '' } } },
          { text: 'and?' },
        ],
      },
    ])
  })

  test("take their signatures back; a lost one is replaced by Google's placeholder, from Gemini 3 on", () => {
    const partsOf = (details: object[] | undefined) =>
      bodyOf(history(details), 'gemini-3.5-flash').contents[1].parts
    const detail = { format: 'gemini', type: 'thought_signature' }
    expect(
      partsOf([
        { ...detail, signature: 'of the text' },
        { ...detail, signature: 'of the call', tool_call_id: 'one' },
        { format: 'anthropic', type: 'thinking', thinking: 'x', signature: 'y', index: 0 },
      ]),
    ).toMatchObject([
      { text: 'Looking.' },
      { text: '', thoughtSignature: 'of the text' },
      { functionCall: { id: 'one' }, thoughtSignature: 'of the call' },
      { functionCall: { id: 'two' } },
    ])
    const second = partsOf([{ ...detail, signature: 's', tool_call_id: 'two' }])
    expect(second[1]).not.toHaveProperty('thoughtSignature')
    const lost = partsOf(undefined)
    expect(lost[1].thoughtSignature).toBe('skip_thought_signature_validator')
    expect(lost[2]).not.toHaveProperty('thoughtSignature')
  })
})

test.each([[{ logprobs: true }], [{ logit_bias: { 1: 1 } }], [{ verbosity: 'low' }], [{ audio: {} }]])(
  '%j is refused by name',
  (chat) => {
    expect(refusal(chat)).toContain(`\`${Object.keys(chat)[0]}\` cannot be carried`)
  },
)
