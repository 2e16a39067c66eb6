import { expect, test } from 'vitest'
import { nearest } from './index.ts'

const known = ['good', 'gpt-4o', 'gpt-4o-mini', 'groq/llama-3.3-70b', 'sim-sprint']

test.each([
  ['godo', ['good']],
  ['goo', ['good']],
  ['Good', ['good']],
  ['gpt-4o-mnii', ['gpt-4o-mini']],
  ['sim-spritn', ['sim-sprint']],
  ['llama-3.3', ['groq/llama-3.3-70b']],
  ['gpt-4', ['gpt-4o', 'gpt-4o-mini']],
  ['claude', []],
  ['dogo', []],
  ['', []],
  ['x'.repeat(1_000), []],
])('of %j the nearest names are %j', (name, near) => {
  expect(nearest(name, known)).toEqual(near)
})
