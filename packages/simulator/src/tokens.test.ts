import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitTokens } from './tokens.ts'

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom('word', ' ', '\n', '  ', '```', '1,000', 'unbelievably', '…', '| a |'))
    .map((parts) => parts.join('')),
)

test('joined again, the tokens are the text', () => {
  fc.assert(
    fc.property(text, (whole) => {
      expect(splitTokens(whole).join('')).toBe(whole)
    }),
  )
})

test('the first tokens of a text split the same by themselves', () => {
  fc.assert(
    fc.property(text, fc.nat(20), (whole, count) => {
      const first = splitTokens(whole).slice(0, count)
      expect(splitTokens(first.join(''))).toEqual(first)
    }),
  )
})

test('words, numbers and signs are split as the rule says', () => {
  expect(splitTokens('A token, unbelievably small: 12345 ms!\n\n  go()')).toEqual([
    'A',
    ' token',
    ',',
    ' unbeliev',
    'ably',
    ' small',
    ':',
    ' 123',
    '45',
    ' ms',
    '!',
    '\n\n',
    '  ',
    'go',
    '()',
  ])
})
