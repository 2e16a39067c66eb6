import { describe, expect, test } from 'vitest'
import { readUsage, Usage } from './index.ts'

describe('usage', () => {
  test('has reasoning inside the output when the provider counts it there', () => {
    const raw = {
      prompt_tokens: 10,
      completion_tokens: 100,
      total_tokens: 110,
      completion_tokens_details: { reasoning_tokens: 64 },
    }
    expect(readUsage(raw)).toMatchObject({ outputTokens: 100, reasoningTokens: 64 })
  })
  test('adds reasoning that the provider counts beside the output (xAI)', () => {
    const raw = {
      prompt_tokens: 173,
      completion_tokens: 235,
      total_tokens: 3605,
      completion_tokens_details: { reasoning_tokens: 3197 },
    }
    expect(readUsage(raw)).toMatchObject({ inputTokens: 173, outputTokens: 3432, reasoningTokens: 3197 })
  })
  test('does not take the surplus for reasoning when the provider gives another number of reasoning tokens', () => {
    const raw = {
      prompt_tokens: 10,
      completion_tokens: 20,
      total_tokens: 90,
      completion_tokens_details: { reasoning_tokens: 5 },
    }
    expect(readUsage(raw)).toMatchObject({ outputTokens: 20, reasoningTokens: 5 })
  })
  test('has reasoning that stands beside the other counts (SGLang)', () => {
    const raw = { prompt_tokens: 10, completion_tokens: 100, total_tokens: 110, reasoning_tokens: 64 }
    expect(readUsage(raw)).toMatchObject({ outputTokens: 100, reasoningTokens: 64 })
    expect(readUsage({ ...raw, reasoning_tokens: 0 })?.reasoningTokens).toBeNull()
  })
  test('adds reasoning that is more than the completion, because no total holds it (Perplexity)', () => {
    // The example in Perplexity's page on sonar-deep-research.
    const raw = { prompt_tokens: 33, completion_tokens: 7163, total_tokens: 7196, reasoning_tokens: 73997 }
    expect(readUsage(raw)).toMatchObject({ outputTokens: 81160, reasoningTokens: 73997 })
    const completion_tokens_details = { reasoning_tokens: 30 }
    const untotalled = { prompt_tokens: 10, completion_tokens: 20, completion_tokens_details }
    expect(readUsage(untotalled)).toMatchObject({ outputTokens: 50, reasoningTokens: 30 })
  })
  test.each([
    [{ prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 3 } }, 3],
    [{ prompt_tokens: 5, completion_tokens: 1, prompt_cache_hit_tokens: 0 }, 0],
    [{ prompt_tokens: 5, completion_tokens: 1, cache_read_input_tokens: 2 }, 2],
    [{ prompt_tokens: 5, completion_tokens: 1, cached_tokens: 4 }, 4],
    [{ prompt_tokens: 5, completion_tokens: 1 }, null],
  ])('has the cached tokens, whatever their name', (raw, cachedTokens) => {
    expect(readUsage(raw)?.cachedTokens).toBe(cachedTokens)
  })
  test.each([
    [{ prompt_tokens: 5, prompt_tokens_details: { cache_write_tokens: 3 } }, 3],
    [{ prompt_tokens: 5, cache_creation_input_tokens: 2 }, 2],
    [{ prompt_tokens: 5 }, null],
  ])('has the tokens written to a cache, whatever their name', (raw, cacheWriteTokens) => {
    expect(readUsage(raw)?.cacheWriteTokens).toBe(cacheWriteTokens)
  })
  test('of an older tape without cache writes parses, and no count of a newer one is lost', () => {
    const old = {
      inputTokens: 1,
      outputTokens: 1,
      reasoningTokens: null,
      cachedTokens: null,
      source: 'usage',
    }
    expect(Usage.parse(old)).toEqual(old)
    const estimate = { ...old, cacheWriteTokens: 3, source: 'tokenizer' }
    expect(Usage.parse(estimate)).toEqual(estimate)
    expect(Usage.safeParse({ ...old, outputTokens: -1 }).success).toBe(false)
  })
  test('without a count is null', () => {
    for (const raw of [null, undefined, {}, { prompt_tokens: null }, [], 'x'])
      expect(readUsage(raw)).toBeNull()
  })
  test('of zeros alone is null, but a single zero is a count', () => {
    expect(readUsage({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 })).toBeNull()
    expect(readUsage({ input_tokens: 0 })).toBeNull()
    expect(readUsage({ prompt_tokens: 7, completion_tokens: 0 })).toMatchObject({ outputTokens: 0 })
    expect(readUsage({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 9 })).toMatchObject({
      reasoningTokens: 9,
    })
  })
  test('of the Responses API has other names for the same', () => {
    // OpenAI's guide to reasoning models: an answer of which most was reasoning.
    const raw = {
      ...{ input_tokens: 75, input_tokens_details: { cached_tokens: 0 } },
      ...{ output_tokens: 1186, output_tokens_details: { reasoning_tokens: 1024 }, total_tokens: 1261 },
    }
    expect(readUsage(raw)).toEqual({
      ...{ inputTokens: 75, outputTokens: 1186, reasoningTokens: 1024, cachedTokens: 0 },
      ...{ cacheWriteTokens: null, source: 'usage' },
    })
  })
  test.each([
    [35, 25, 5],
    [31, 21, 1],
    [30, 20, null],
    [29, 20, null],
    [undefined, 20, null],
  ])(
    'with a total of %s for 10 and 20 has %s of output, %s of them reasoning',
    (total, output, reasoning) => {
      const raw = { prompt_tokens: 10, completion_tokens: 20, total_tokens: total }
      expect(readUsage(raw)).toMatchObject({ outputTokens: output, reasoningTokens: reasoning })
    },
  )
  test('of one side alone counts none on the other', () => {
    expect(readUsage({ prompt_tokens: 7 })).toMatchObject({ inputTokens: 7, outputTokens: 0 })
    expect(readUsage({ output_tokens: 7 })).toMatchObject({ inputTokens: 0, outputTokens: 7 })
    expect(readUsage({ total_tokens: 7 })).toBeNull()
  })
  test.each(['prompt_tokens', 'input_tokens', 'completion_tokens', 'output_tokens'])(
    'with an impossible count in %s is null',
    (name) => {
      const both = { prompt_tokens: 3, completion_tokens: 4 }
      for (const count of [-1, 1.5, 1e9 + 1, Number.NaN])
        expect(readUsage({ ...both, [name]: count })).toBeNull()
      expect(readUsage({ ...both, [name]: 1e9 })).not.toBeNull()
      expect(readUsage({ ...both, [name]: 0 })).not.toBeNull()
    },
  )
  test('ignores parts with impossible values', () => {
    const raw = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 1e10, cached_tokens: 0.5 }
    for (const completion_tokens_details of [null, 'x', [1], { reasoning_tokens: -1 }]) {
      expect(readUsage({ ...raw, completion_tokens_details })).toMatchObject({
        ...{ outputTokens: 4, reasoningTokens: null, cachedTokens: null },
      })
    }
  })
})
