import fc from 'fast-check'
import { expect, test } from 'vitest'
import { appendPages, countPaged, type Pages, pageSize } from './pages.ts'

const batches = fc.array(fc.array(fc.integer(), { maxLength: 3 * pageSize }), { maxLength: 12 })

test('keeps all items in their order, every page full but the last', () => {
  fc.assert(
    fc.property(batches, (lists) => {
      const pages = lists.reduce<Pages<number>>(appendPages, [])
      expect(pages.flat()).toEqual(lists.flat())
      expect(countPaged(pages)).toBe(lists.flat().length)
      expect(pages.slice(0, -1).every((page) => page.length === pageSize)).toBe(true)
    }),
  )
})

test('a full page stays the same object for ever', () => {
  const before = appendPages([], Array(pageSize + 5).fill(1))
  const after = appendPages(before, Array(200).fill(2))
  expect(after[0]).toBe(before[0])
  expect(after[1]).not.toBe(before[1])
  expect(appendPages(after, [])).toBe(after)
})
