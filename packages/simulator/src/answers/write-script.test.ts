import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseModelId } from '../model-id.ts'
import { readAnswers } from './answer-library.ts'
import { writeScript } from './write-script.ts'

const { find, manner } = await readAnswers(fileURLToPath(new URL('./', import.meta.url)))
const answer = find('Explain the Monty Hall problem')

function say(model: string, seed = 1) {
  const { reasoning, answer: said } = writeScript(answer, parseModelId(model), seed, manner)
  return { reasoning: reasoning.join(''), said: said.join('') }
}

test('a small model writes the short form, a large one the whole, a chatty one adds pleasantries', () => {
  const whole = say('slow-large').said
  expect(say('fast-small').said).toBe(answer.short)
  expect(whole).toBe(`${answer.short}\n\n${answer.more}`)
  const chatty = say('chatty').said
  expect(chatty).toContain(whole)
  expect(chatty.startsWith(whole)).toBe(false)
})

test('only a reasoning model writes reasoning, on the topic and long enough', () => {
  expect(say('slow-large').reasoning).toBe('')
  for (let seed = 0; seed < 20; seed++) {
    const { reasoning } = say('reasoning', seed)
    expect(reasoning).toContain(answer.reasoning)
    expect(reasoning.split(' ').length).toBeGreaterThan(200)
  }
  expect(say('reasoning', 1)).not.toEqual(say('reasoning', 2))
  expect(say('reasoning', 1)).toEqual(say('reasoning', 1))
})

test('a requested length is met exactly, by cutting or repeating', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 0, max: 3000 }), (tokens, thoughts) => {
      const model = parseModelId(`steady?tokens=${tokens}&reasoning=${thoughts}`)
      const script = writeScript(answer, model, 1, manner)
      expect(script.answer).toHaveLength(tokens)
      expect(script.reasoning).toHaveLength(thoughts)
    }),
  )
})
