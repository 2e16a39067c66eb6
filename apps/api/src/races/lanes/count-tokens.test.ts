import fc from 'fast-check'
import { countTokens as count } from 'gpt-tokenizer/encoding/o200k_base'
import { expect, test } from 'vitest'
import { createTokenCount } from './count-tokens.ts'

const whole = (text: string) => count(text, { disallowedSpecial: new Set() })

function inPieces(pieces: readonly string[]) {
  const tokens = createTokenCount()
  const told = pieces.map((piece) => tokens.add(piece))
  return {
    tokens: tokens.tokens,
    told: told.reduce((sum, more) => sum + more, 0),
    least: Math.min(0, ...told),
  }
}

test('a text in pieces has the tokens of the text whole, wherever it is cut', () => {
  const parts = [
    ' the',
    'word ',
    'B',
    'aß',
    'é',
    'e\u0301',
    '你好',
    '。',
    ' ',
    '  ',
    '\n',
    '\r\n',
    '\t',
    "'s",
    "'",
    'll',
  ]
  const signs = ['1', '234', '.', ',', '/', '-', '😀', '𝒜', '```', '{"', '":', '<|endoftext|>', '\u00a0', '’']
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts, ...signs), { maxLength: 20 }), (pieces) => {
      const { tokens, told, least } = inPieces(pieces)
      expect(tokens).toBe(whole(pieces.join('')))
      expect(told).toBeGreaterThanOrEqual(tokens)
      expect(least).toBe(0)
    }),
    { numRuns: 2_000 },
  )
})

test('the counts of the pieces add up to the count of the text', () => {
  expect(inPieces(Array(60).fill('word '))).toMatchObject({ tokens: 61, told: 61 })
  expect(inPieces([...'The tokenizer counts whole words.'])).toMatchObject({ tokens: 6, told: 6 })
})

test('a run without a safe cut is cut all the same: its count is at most a hundredth off', () => {
  const letters = Array.from({ length: 10_000 }, (_, index) => 'abcdefghijklmnop'[(index * index) % 16]!)
  const exact = whole(letters.join(''))
  expect(Math.abs(inPieces(letters).tokens - exact)).toBeLessThan(exact / 100)
})
