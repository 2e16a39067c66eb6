import { expect, test } from 'vitest'
import { ask, bodyOf } from '../testing/ask-anthropic.ts'

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
  // The 2 is no version of Claude.
  expect(bodyOf({}, 'MiniMax-M2').max_tokens).toBe(16_384)
  expect(bodyOf({}, 'kimi-k2').max_tokens).toBe(16_384)
  // Claude's own defaults are left out: newer models refuse these members.
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

test('a cache mark goes with a document and with a tool', () => {
  const mark = { cache_control: { type: 'ephemeral' } }
  const file = { file_data: 'data:application/pdf;base64,AAAA' }
  const body = bodyOf({
    messages: [{ role: 'user', content: [{ type: 'file', file, ...mark }] }],
    tools: [{ type: 'function', function: { name: 'a' }, ...mark }],
  })
  expect(body.messages[0].content[0]).toEqual({
    type: 'document',
    source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' },
    ...mark,
  })
  expect(body.tools[0]).toMatchObject(mark)
})

test('a file’s name is its title, as far as Anthropic takes it', () => {
  const file = { filename: 'x'.repeat(501), file_data: 'data:application/pdf;base64,AAAA' }
  const body = bodyOf({ messages: [{ role: 'user', content: [{ type: 'file', file }] }] })
  expect(body.messages[0].content[0].title).toBe('x'.repeat(500))
})

test.each(['name=a.pdf', 'filename=my%20file.pdf;charset=utf-8', "x='a:b/c'"])(
  'a file is taken with any parameters of its type, as with %s',
  (parameters) => {
    const file = { file_data: `data:application/pdf;${parameters};base64,AAAA` }
    const body = bodyOf({ messages: [{ role: 'user', content: [{ type: 'file', file }] }] })
    expect(body.messages[0].content[0].source.data).toBe('AAAA')
  },
)
