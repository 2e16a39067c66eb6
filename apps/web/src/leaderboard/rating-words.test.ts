import type { Rating } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { row } from '../testing/board-row.ts'
import { toRatingScale, toRatingText } from './rating-scale.ts'
import { isShared, toGroupName, toRatedGroups } from './rating-words.ts'

function rating(part: Partial<Rating>): Rating {
  return { rank: 1, value: 1000, low: 950, high: 1050, group: 1, races: 40, ...part }
}

test('groups come one after the other, the best of each first, and who is unrated is left out', () => {
  const rows = [
    row({ model: 'a', rating: rating({ value: 900 }) }),
    row({ model: 'x', rating: rating({ value: 1200, group: 2 }) }),
    row({ model: 'b', rating: rating({ value: 1100 }) }),
    row({ model: 'alone' }),
  ]
  expect(toRatedGroups(rows).map((group) => group.map(({ row }) => row.model))).toEqual([['b', 'a'], ['x']])
})

test('a group says how many models it has', () => {
  expect([toGroupName(0, 3), toGroupName(1, 1)]).toEqual(['Group 1: 3 models', 'Group 2: 1 model'])
})

test('a rank is shared by those who have it, and none is not', () => {
  const ranks = [1, 1, 3, null, null].map((rank) => ({ row: row({}), rating: rating({ rank }) }))
  expect(ranks.map((each) => isShared(each.rating, ranks))).toEqual([true, true, false, false, false])
})

test('the scale runs from round figure to round figure, and holds every interval', () => {
  const labels = (...ratings: Rating[]) => toRatingScale(ratings).grid.map(({ label }) => label)
  expect(labels(rating({}))).toEqual(['950', '1,000', '1,050'])
  expect(labels(rating({ low: 300, high: 1590 }))).toEqual(['0', '500', '1,000', '1,500', '2,000'])
  expect(labels(rating({ low: null, high: null, value: 1000 }))).toEqual(['1,000', '1,050'])
  const { toPlace } = toRatingScale([rating({ low: -420, high: 2380 })])
  expect(toPlace(-420)).toBeGreaterThanOrEqual(0)
  expect(toPlace(2380)).toBeLessThanOrEqual(1)
})

test('a rating is whole points, below nought too', () => {
  expect([1043.4, 999.6, -0.2, -12.7].map(toRatingText)).toEqual(['1,043', '1,000', '0', '−13'])
})
