import { expect, test } from 'vitest'
import { toToolCalls } from './tool-calls.ts'

test('each call has its name and its arguments, also with nested braces and braces in strings', () => {
  expect(toToolCalls('find{"a":{"b":"} \\" {"}} read{}')).toEqual([
    { name: 'find', input: '{"a":{"b":"} \\" {"}}' },
    { name: 'read', input: '{}' },
  ])
})

test.each([
  ['', []],
  [' \n', []],
  ['find', [{ name: 'find', input: '' }]],
  ['find{"a":"br', [{ name: 'find', input: '{"a":"br' }]],
  [
    'find{}}',
    [
      { name: 'find', input: '{}' },
      { name: '}', input: '' },
    ],
  ],
  ['{"a":1}', [{ name: '', input: '{"a":1}' }]],
])('%j is shown as far as it came', (text, calls) => {
  expect(toToolCalls(text)).toEqual(calls)
})

test('of ten thousand calls most are in one piece, and none is lost', () => {
  const text = 'loop{}'.repeat(10_000)
  const calls = toToolCalls(text)
  expect(calls.length).toBeLessThan(50)
  expect(calls.map(({ name, input }) => name + input).join('')).toBe(text)
})
