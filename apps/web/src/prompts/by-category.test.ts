import type { Prompt } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { byCategory } from './by-category.ts'

test('shipped categories in their order, then one’s own by name', () => {
  const prompts = ['zoo', 'writing', 'coding', 'art'].map((category) => promptOf({ category }))
  expect(byCategory(prompts).map(([category]) => category)).toEqual(['coding', 'writing', 'art', 'zoo'])
})

test('one’s own categories stand as in a dictionary, wherever the browser is from', () => {
  const prompts = ['Zahlen', 'übung', 'art', 'Brief', 'ölçüm'].map((category) => promptOf({ category }))
  expect(byCategory(prompts).map(([category]) => category)).toEqual([
    'art',
    'Brief',
    'ölçüm',
    'übung',
    'Zahlen',
  ])
})

test('own prompts stand before those that ship with the app, each in the order they came', () => {
  const prompts = [
    promptOf({ id: 'a' }),
    promptOf({ id: 'b', isBuiltIn: false }),
    promptOf({ id: 'c' }),
    promptOf({ id: 'd', isBuiltIn: false }),
  ]
  expect(byCategory(prompts)[0]?.[1].map(({ id }) => id)).toEqual(['b', 'd', 'a', 'c'])
})

function promptOf(part: Partial<Prompt>): Prompt {
  return { id: 'p', title: 't', category: 'coding', text: 'x', isBuiltIn: true, ...part }
}
