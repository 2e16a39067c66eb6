import { expect, test } from 'vitest'
import { parseChatRequest } from './chat-request.ts'
import { parseModelId } from './model-id.ts'
import { createSeeds } from './seed.ts'

function seedOf(model: string, prompt: string, seed?: number, seeds = createSeeds()) {
  const body = { model, seed, messages: [{ role: 'user', content: prompt }] }
  return seeds.seedOf(parseModelId(model), parseChatRequest(JSON.stringify(body)))
}

test('the model id names the seed, else the body does', () => {
  expect(seedOf('steady?seed=7', 'a', 9)).toBe(7)
  expect(seedOf('steady', 'a', 9)).toBe(9)
})

test('without one, the same model and prompt have the same seed, and others have others', () => {
  const seeds = createSeeds()
  const first = seedOf('steady', 'a', undefined, seeds)
  expect(seedOf('steady', 'a', undefined, seeds)).toBe(first)
  expect(seedOf('steady', 'b', undefined, seeds)).not.toBe(first)
  expect(seedOf('slow-large', 'a', undefined, seeds)).not.toBe(first)
})

test('a fickle model draws anew each time, and in the same order after a restart', () => {
  const askThrice = () => {
    const seeds = createSeeds()
    return [1, 2, 3].map(() => seedOf('flaky', 'a', undefined, seeds))
  }
  expect(new Set(askThrice()).size).toBe(3)
  expect(askThrice()).toEqual(askThrice())
})

test('a fickle model with a seed given repeats itself like any other', () => {
  const seeds = createSeeds()
  expect([1, 2].map(() => seedOf('flaky', 'a', 5, seeds))).toEqual([5, 5])
})
