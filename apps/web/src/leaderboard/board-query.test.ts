import { measures, timeSpans } from '@drag-race/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isFiltered, parseBoardQuery, toSearchParams, wholeBoard } from './board-query.ts'

test('an address without a query asks for the whole board by total time', () => {
  expect(parseBoardQuery(new URLSearchParams())).toEqual({ by: 'total', span: 'all' })
  expect(toSearchParams(wholeBoard).toString()).toBe('')
})

test('what nobody can choose falls back by itself and leaves the rest as asked', () => {
  const typed = new URLSearchParams('by=luck&stream=off&span=&category=coding&page=2')
  expect(parseBoardQuery(typed)).toEqual({ by: 'total', stream: 'off', span: 'all', category: 'coding' })
})

test('every choice survives the way through the address', () => {
  const query = fc.record(
    {
      by: fc.constantFrom(...measures),
      span: fc.constantFrom(...timeSpans),
      stream: fc.constantFrom('on' as const, 'off' as const),
      category: fc.string({ minLength: 1, maxLength: 100 }),
      tag: fc.array(fc.constantFrom('build:1.4.0', 'a:b & c', 'b:'), { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ['by', 'span'] },
  )
  fc.assert(
    fc.property(query, (asked) => {
      const address = new URLSearchParams(toSearchParams(asked).toString())
      expect(parseBoardQuery(address)).toEqual(asked)
    }),
  )
})

test('a measure leaves no race out, the other choices do', () => {
  expect(isFiltered({ by: 'cost', span: 'all' })).toBe(false)
  expect(isFiltered({ by: 'total', span: 'day' })).toBe(true)
  expect(isFiltered({ by: 'total', span: 'all', stream: 'on' })).toBe(true)
  expect(isFiltered({ by: 'total', span: 'all', category: 'coding' })).toBe(true)
  expect(isFiltered({ by: 'total', span: 'all', tag: ['build:1.4.0'] })).toBe(true)
})
