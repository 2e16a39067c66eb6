import { raceStatuses } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { isFiltered, readFilters, toSearch } from './race-filters.ts'

test('filters survive the address', () => {
  for (const status of raceStatuses) {
    const filters = {
      text: 'a & b = c?',
      model: 'org/model:7b',
      category: 'maths',
      tag: ['a:b & c', 'b:'],
      status,
    }
    expect(readFilters(new URLSearchParams(toSearch(filters).toString()))).toEqual(filters)
  }
})

test('no filter leaves no trace in the address', () => {
  expect(toSearch({ text: '', model: undefined, tag: [] }).toString()).toBe('')
  expect(isFiltered({ text: '' })).toBe(false)
  expect(isFiltered({ category: 'maths' })).toBe(true)
})

test('what the address holds wrongly filters nothing', () => {
  expect(readFilters(new URLSearchParams('status=won&model=&cursor=x&tag=&tag=b&tag=:b'))).toEqual({})
})

test('a text longer than the API takes is cut', () => {
  const long = 'x'.repeat(500)
  expect(readFilters(new URLSearchParams({ text: long })).text).toHaveLength(200)
  expect(toSearch({ text: long }).get('text')).toHaveLength(200)
})
