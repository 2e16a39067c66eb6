import { expect, test } from 'vitest'
import { estimateUsage } from './estimate-usage.ts'

test('a chunk is a token, unless chunks are long: then four letters are one', () => {
  expect(estimateUsage(0, { tokenChunks: 20, letters: 80 }).outputTokens).toBe(20)
  expect(estimateUsage(0, { tokenChunks: 20, letters: 160 }).outputTokens).toBe(20)
  expect(estimateUsage(0, { tokenChunks: 20, letters: 2_000 }).outputTokens).toBe(500)
})

test('a tool call has chunks and no letters', () => {
  expect(estimateUsage(0, { tokenChunks: 12, letters: 0 }).outputTokens).toBe(12)
})

test('the prompt is what was reserved for it, and all of it is an estimate', () => {
  expect(estimateUsage(7, { tokenChunks: 0, letters: 0 })).toEqual({
    inputTokens: 7,
    outputTokens: 0,
    reasoningTokens: null,
    cachedTokens: null,
    source: 'tokenizer',
  })
})
