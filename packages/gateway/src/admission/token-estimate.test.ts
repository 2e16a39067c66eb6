import { expect, test } from 'vitest'
import { estimateTokens } from './token-estimate.ts'

test.each([
  ['a text', { content: 'x'.repeat(400) }, 100],
  ['parts', { content: [{ type: 'text', text: 'x'.repeat(40) }] }, 10],
  [
    'an image, whatever its size',
    { content: [{ type: 'image_url', image_url: { url: 'x'.repeat(90_000) } }] },
    1_000,
  ],
  [
    'a picture in Anthropic’s form',
    {
      content: [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'x'.repeat(90_000) } },
      ],
    },
    1_000,
  ],
  [
    'a plain text document in Anthropic’s form',
    { content: [{ type: 'document', source: { type: 'text', data: 'x'.repeat(40) } }] },
    10,
  ],
  [
    'a text beside what looks like a picture',
    { type: 'base64', data: '', content: 'x'.repeat(40_000) },
    10_000,
  ],
  [
    'a text inside what looks like a picture',
    { content: [{ type: 'image', source: { type: 'base64', data: 'abcd', text: 'x'.repeat(40_000) } }] },
    10_001,
  ],
  [
    'a text in place of a picture’s data',
    { content: [{ type: 'image', source: { type: 'base64', data: { text: 'x'.repeat(40_000) } } }] },
    10_000,
  ],
  [
    'what looks like a picture where none can be',
    { content: [{ type: 'text', text: { type: 'base64', data: 'x'.repeat(40_000) } }] },
    10_000,
  ],
  [
    'a file of a response',
    { content: [{ type: 'input_file', filename: 'abcd', file_data: 'x'.repeat(90_000) }] },
    1_001,
  ],
  [
    'a document of a chat',
    { content: [{ type: 'file', file: { filename: 'abcd', file_data: 'x'.repeat(90_000) } }] },
    1_000,
  ],
  ['a tool call', { tool_calls: [{ function: { name: 'abcd', arguments: '{"a":1} ' } }] }, 3],
  ['nothing', { content: null }, 0],
])('counts %s by its characters', (_what, message, inputTokens) => {
  expect(estimateTokens({ messages: [{ role: 'user', ...message }] }).inputTokens).toBe(inputTokens)
})

test.each([
  [{}, 1_024, false],
  [{ max_tokens: 50 }, 50, true],
  [{ max_tokens: 50, max_completion_tokens: 70 }, 70, true],
  [{ max_tokens: 70, max_completion_tokens: 50, max_output_tokens: 60 }, 70, true],
  [{ max_tokens: 50, n: 3 }, 150, true],
  [{ max_tokens: 50, n: 3, best_of: 5 }, 250, true],
  [{ max_tokens: 50, prompt: ['', '', ''], n: 2 }, 300, true],
  [{ max_tokens: 50, prompt: [[], []] }, 100, true],
  [{ max_tokens: 1e308, prompt: Array(1_000).fill(''), n: 128 }, 128_000_000, true],
  [{ max_tokens: 1e308, n: 1e9 }, 128_000_000, true],
  [{ max_tokens: -1 }, 1_024, false],
  [{ max_tokens: '9' }, 1_024, false],
])('takes the output from %j', (more, outputTokens, isOutputStated) => {
  expect(estimateTokens({ messages: [], ...more })).toEqual({ inputTokens: 0, outputTokens, isOutputStated })
})

test('a prompt of tokens is one prompt', () => {
  expect(estimateTokens({ max_tokens: 50, prompt: [1, 2, 3] })).toEqual({
    inputTokens: 3,
    outputTokens: 50,
    isOutputStated: true,
  })
})

test('a body nested deeper than any stack is counted too', () => {
  let content: unknown = 'abcd'
  for (let depth = 0; depth < 200_000; depth++) content = [content]
  expect(estimateTokens({ messages: [content] }).inputTokens).toBe(1)
})

test.each([
  ['completions', { prompt: 'abcdefgh' }],
  ['embeddings', { input: ['abcd', 'efgh'] }],
  ['embeddings of tokens', { input: [[17], [1_042]] }],
  ['responses', { instructions: 'abcd', input: [{ role: 'user', content: 'efgh' }] }],
  ['messages', { system: 'abcd', messages: [{ role: 'user', content: 'efgh' }] }],
])('the prompt of %s is found where its bodies hold it', (_endpoint, body) => {
  expect(estimateTokens(body).inputTokens).toBe(2)
})
