import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { splitTokens } from '../tokens.ts'
import { parseAnswer } from './answer-file.ts'
import { readAnswers } from './answer-library.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const library = await readAnswers(here('./'))

/** Titles and texts of the prompts that ship with the app, read from its source: packages must not import apps. */
async function shippedPrompts() {
  const source = await readFile(here('../../../../apps/api/src/prompts/library.ts'), 'utf8')
  const rows = source.matchAll(/\[\s*'[a-z0-9-]+',\s*'[a-z]+',\s*'([^']+)',\s*'([^']+)',\s*\]/g)
  return [...rows].map(([, title, text]) => ({ title: title!, text: text! }))
}
const prompts = await shippedPrompts()

describe('the prompts that ship with the app', () => {
  test('are twenty or more', () => expect(prompts.length).toBeGreaterThanOrEqual(20))

  test.each(prompts)('“$title” gets the answer written for it', ({ title, text }) => {
    expect(library.find(text).title).toBe(title)
  })

  test('each have an answer of their own', () => {
    expect(new Set(prompts.map(({ text }) => library.find(text).short)).size).toBe(prompts.length)
  })
})

describe('any other prompt', () => {
  const others = ['What is a cache?', 'Write a poem', 'Prove it', '', '🏁', 'log in', ...'abcdefghij']

  test('gets a text that begins by saying that it is simulated', () => {
    for (const prompt of others) expect(library.find(prompt).short).toMatch(/^> \*\*Simulated text\.\*\*/)
  })

  test('gets the same text each time, and other prompts get others', () => {
    const titles = others.map((prompt) => library.find(prompt).title)
    expect(others.map((prompt) => library.find(prompt).title)).toEqual(titles)
    expect(new Set(titles).size).toBeGreaterThan(2)
  })

  test('is not taken for a known one because a word of it contains a keyword', () => {
    expect(library.find('the scapegoat, a werewolf and a cabbage').asks).toEqual([])
  })
})

test('every answer is of a length worth racing, and closes its code fences in both forms', () => {
  for (const { text } of [...prompts, { text: 'a' }, { text: 'b' }, { text: 'd' }, { text: 'e' }]) {
    const { title, short, more } = library.find(text)
    const whole = `${short}\n\n${more}`
    expect(splitTokens(whole).length, title).toBeGreaterThanOrEqual(120)
    expect(splitTokens(whole).length, title).toBeLessThanOrEqual(750)
    for (const form of [short, whole]) expect((form.match(/^```/gm) ?? []).length % 2, title).toBe(0)
  }
})

test('an answer file with missing parts is refused, and the error names it', () => {
  expect(() => parseAnswer('# Hello', 'hello.md')).toThrow('hello.md must open with a head')
  expect(() => parseAnswer('---\ntitle: Hello\n---\nText', 'hello.md')).toThrow(
    'hello.md lacks its section <!-- reasoning -->',
  )
})
