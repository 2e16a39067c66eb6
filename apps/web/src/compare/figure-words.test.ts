import { expect, test } from 'vitest'
import type { Difference } from './compare-figures.ts'
import { toDifferenceText, toValueText } from './figure-words.ts'

const differs = (by: number, margin: number | null = 0): Difference => ({ kind: 'differs', by, margin })

test.each([
  ['ttft', differs(38.25), '38.3 ms later'],
  ['ttft', differs(-38.25), '38.3 ms earlier'],
  ['total', differs(1330), '1.330 s longer'],
  ['total', differs(999.4), '999 ms longer'],
  ['total', differs(999.96), '1.000 s longer'],
  ['decode', differs(-20), '20.0 tok/s slower'],
  ['tokens', differs(3), '3 more'],
  ['cost', differs(-0.001), '$0.00100 cheaper'],
  ['total', differs(12, null), '12.0 ms longer, margin not measured'],
  ['ttft', { kind: 'none', margin: 2.4 }, 'none (±\u00a02.4 ms)'],
  ['tokens', { kind: 'none', margin: 0 }, 'none'],
  ['cost', { kind: 'unknown' }, '—'],
] as const)('of %s %o is "%s"', (figure, difference, text) => {
  expect(toDifferenceText({ figure, difference, isOneEstimated: false, isOtherEstimated: false })).toBe(text)
})

test('what our tokenizer counted is about, and so is a difference to it', () => {
  expect(toValueText('tokens', 23, true)).toBe('≈23')
  expect(toValueText('decode', 100, false)).toBe('100.0 tok/s')
  const row = { figure: 'decode', isOneEstimated: false, isOtherEstimated: true } as const
  expect(toDifferenceText({ ...row, difference: differs(-20) })).toBe('≈20.0 tok/s slower')
})
