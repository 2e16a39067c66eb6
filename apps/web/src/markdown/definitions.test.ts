import { marked } from 'marked'
import { expect, test } from 'vitest'
import { addDefinitions } from './definitions.ts'

test('the first definition of a label wins, an already known one before any other, also with odd labels', () => {
  const known = { a: { href: 'http://x/known' } }
  const tokens = marked.lexer(
    '[a]: http://x/1\n[b]: http://x/2\n[__proto__]: http://x/3\n\n> [b]: http://x/4\n',
  )
  const definitions = addDefinitions(known, tokens)
  expect(Object.entries(definitions)).toEqual([
    ['a', { href: 'http://x/known' }],
    ['b', expect.objectContaining({ href: 'http://x/2' })],
    ['__proto__', expect.objectContaining({ href: 'http://x/3' })],
  ])
  expect(addDefinitions(definitions, tokens)).toBe(definitions)
})

test('the known definitions are copied once, however many new ones there are', () => {
  let copies = 0
  const known = new Proxy(
    {},
    {
      ownKeys() {
        copies++
        return []
      },
    },
  )
  const tokens = marked.lexer(Array.from({ length: 100 }, (_, at) => `[r${at}]: http://x/${at}`).join('\n'))
  expect(Object.keys(addDefinitions(known, tokens))).toHaveLength(100)
  expect(copies).toBe(1)
})
