import { expect, test } from 'vitest'
import { estimateUsage } from './estimate-usage.ts'

const none = { tokenChunks: 0, letters: 0 }

test('a chunk is a token, unless chunks are long: then four letters are one', () => {
  expect(estimateUsage({}, { tokenChunks: 20, letters: 80 }).outputTokens).toBe(20)
  expect(estimateUsage({}, { tokenChunks: 20, letters: 160 }).outputTokens).toBe(20)
  expect(estimateUsage({}, { tokenChunks: 20, letters: 2_000 }).outputTokens).toBe(500)
})

test('a tool call has chunks and no letters', () => {
  expect(estimateUsage({}, { tokenChunks: 12, letters: 0 }).outputTokens).toBe(12)
})

test('the prompt is the text of its messages; an image is none', () => {
  const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(9_000)}` } }
  const messages = [
    { role: 'system', content: 'Be brief' },
    { role: 'user', content: [{ type: 'text', text: 'What is this' }, image] },
    { role: 'assistant', content: null, tool_calls: [] },
    'no message at all',
  ]
  expect(estimateUsage({ messages }, none)).toEqual({
    inputTokens: 5,
    outputTokens: 0,
    reasoningTokens: null,
    cachedTokens: null,
    source: 'tokenizer',
  })
})
