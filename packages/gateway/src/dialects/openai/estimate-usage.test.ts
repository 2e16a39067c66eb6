import { expect, test } from 'vitest'
import { estimateUsage } from './estimate-usage.ts'

const usageSoFar = null

test('a chunk is a token, unless chunks are long: then four letters are one', () => {
  expect(estimateUsage(0, { tokenChunks: 20, letters: 80, usageSoFar }).outputTokens).toBe(20)
  expect(estimateUsage(0, { tokenChunks: 20, letters: 160, usageSoFar }).outputTokens).toBe(20)
  expect(estimateUsage(0, { tokenChunks: 20, letters: 2_000, usageSoFar }).outputTokens).toBe(500)
})

test('a chunk without letters is a token too', () => {
  expect(estimateUsage(0, { tokenChunks: 12, letters: 0, usageSoFar }).outputTokens).toBe(12)
})

test('the prompt is what was reserved for it, and all of it is an estimate', () => {
  expect(estimateUsage(7, { tokenChunks: 0, letters: 0, usageSoFar })).toEqual({
    inputTokens: 7,
    outputTokens: 0,
    reasoningTokens: null,
    cachedTokens: null,
    source: 'tokenizer',
  })
})
