import { expect, test } from 'vitest'
import { choosePair, keepPair, type Pair, swapInto, toPairedParams } from './pair-choice.ts'

const rows = ['a', 'b', 'c'].map((model) => ({ model }))
const choose = (address: string, { models = rows, met = [] as Pair[] } = {}) =>
  choosePair({ rows: models, headToHead: met }, new URLSearchParams(address))

test('without a choice the first of the board is compared with the first that it has met', () => {
  expect(choose('')).toEqual({ a: 'a', b: 'b' })
  expect(choose('', { met: [{ a: 'a', b: 'c' }] })).toEqual({ a: 'a', b: 'c' })
  expect(choose('b=a', { met: [{ a: 'a', b: 'c' }] })).toEqual({ a: 'c', b: 'a' })
  expect(choose('', { models: rows.slice(0, 1) })).toBeNull()
  expect(choose('', { models: [] })).toBeNull()
})

test('the address chooses, and what the board does not hold is replaced', () => {
  expect(choose('a=c&b=a')).toEqual({ a: 'c', b: 'a' })
  expect(choose('a=gone&b=a')).toEqual({ a: 'b', b: 'a' })
  expect(choose('a=b&b=gone')).toEqual({ a: 'b', b: 'a' })
  expect(choose('a=b&b=b')).toEqual({ a: 'b', b: 'a' })
})

test('another choice for the board keeps the pair', () => {
  const kept = keepPair(new URLSearchParams('span=day'), new URLSearchParams('by=ttft&a=x y&b=z'))
  expect(kept.toString()).toBe('span=day&a=x+y&b=z')
})

test('choosing the opponent swaps the two', () => {
  expect(swapInto({ a: 'x', b: 'y' }, 'a', 'y')).toEqual({ a: 'y', b: 'x' })
  expect(swapInto({ a: 'x', b: 'y' }, 'b', 'z')).toEqual({ a: 'x', b: 'z' })
})

test('the pair is asked over the races of the board, whatever it is sorted by', () => {
  const query = { by: 'cost', category: 'maths', stream: 'on', span: 'day' } as const
  expect(toPairedParams(query, { a: 'x', b: 'y' })).toBe('category=maths&stream=on&span=day&a=x&b=y')
})
