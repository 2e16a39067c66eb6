import { expect, test } from 'vitest'
import type { Difference } from './compare-races.ts'
import { toDifferenceText } from './figure-words.ts'

const differs = (by: number, margin: number | null = 0): Difference => ({ kind: 'differs', by, margin })

test.each([
  ['ttft', differs(38.25), '38.3 ms later'],
  ['ttft', differs(-38.25), '38.3 ms earlier'],
  ['total', differs(1330), '1.330 s longer'],
  ['decode', differs(-20), '20.0 tok/s slower'],
  ['tokens', differs(3), '3 more'],
  ['cost', differs(-0.001), '$0.00100 cheaper'],
  ['total', differs(12, null), '12.0 ms longer, margin not measured'],
  ['ttft', { kind: 'none', margin: 2.4 }, 'none (± 2.4 ms)'],
  ['tokens', { kind: 'none', margin: 0 }, 'none'],
  ['cost', { kind: 'unknown' }, '—'],
] as const)('of %s %o is "%s"', (figure, difference, text) => {
  expect(toDifferenceText(figure, difference)).toBe(text)
})
