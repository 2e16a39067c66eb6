import { expect, test } from 'vitest'
import { isolate } from './isolate.ts'

test.each([
  ['gpt-5', 'gpt-5'],
  ['modèle-é', 'modèle-é'],
  ['gpt\u202e', 'gpt'],
  ['\u2067a\u2069\u202eb', 'ab'],
  ['نموذج', '\u2068نموذج\u2069'],
  ['א\u202c', '\u2068א\u2069'],
])('%j stands in a sentence as %j', (name, expected) => {
  expect(isolate(name)).toBe(expected)
})
