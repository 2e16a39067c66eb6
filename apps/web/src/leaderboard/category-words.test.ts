import { expect, test } from 'vitest'
import { row } from '../testing/board-row.ts'
import { toCategoryColumns, toRateEnds } from './category-words.ts'

test('columns are the models that raced in a category, in the order of the board', () => {
  const rows = ['c', 'a', 'b'].map((model) => row({ model }))
  const models = ['a', 'c'].map((model) => ({ model, races: 1, rate: null }))
  const columns = toCategoryColumns({ rows, byCategory: [{ category: 'maths', races: 1, models }] })
  expect(columns.map(({ model }) => model)).toEqual(['c', 'a'])
})

test('few races are told as too few', () => {
  expect(toRateEnds({ rate: null })).toBe('n too small')
  expect(toRateEnds({ rate: { value: 0.75, low: 0.468, high: 0.911 } })).toBe('47 to 91 %')
})
