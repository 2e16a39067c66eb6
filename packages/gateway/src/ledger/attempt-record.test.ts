import type { Usage } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { sumUsage } from './attempt-record.ts'

const counted: Usage = {
  inputTokens: 7,
  outputTokens: 3,
  reasoningTokens: 2,
  cachedTokens: null,
  cacheWriteTokens: null,
  source: 'usage',
}
const other: Usage = { ...counted, inputTokens: 10, outputTokens: 20, cachedTokens: 4, cacheWriteTokens: 5 }
const sumOf = (...usages: (Usage | null)[]) => sumUsage(usages.map((usage) => ({ usage })))

test('the usage of all attempts is added up; what none of them counted is not known', () => {
  expect(sumOf(counted, null, other)).toEqual({
    inputTokens: 17,
    outputTokens: 23,
    reasoningTokens: 4,
    cachedTokens: 4,
    cacheWriteTokens: 5,
    source: 'usage',
  })
  expect(sumOf(counted, counted)).toMatchObject({ cachedTokens: null, cacheWriteTokens: null })
  expect(sumOf(null, null)).toBeNull()
})

test('a sum with one estimate in it is an estimate', () => {
  const estimated: Usage = { ...counted, source: 'tokenizer' }
  expect(sumOf(counted, estimated)?.source).toBe('tokenizer')
  expect(sumOf(estimated, counted)?.source).toBe('tokenizer')
})
