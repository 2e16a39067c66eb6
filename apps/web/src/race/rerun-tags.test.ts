import { RaceRequest } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { toRerunTags } from './rerun-tags.ts'

test('a rerun is tagged as a rerun, besides the tags that the race had', () => {
  expect(toRerunTags({ team: 'search' }, 'r1')).toEqual({ team: 'search', 'rerun-of': 'r1' })
  expect(toRerunTags({ 'rerun-of': 'r1', team: 'search' }, 'r2')).toEqual({
    team: 'search',
    'rerun-of': 'r2',
  })
})

test('the app accepts a rerun of a race that had the maximum number of tags', () => {
  const full = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`tag-${index}`, 'x']))
  const tags = toRerunTags(full, 'r1')
  expect(RaceRequest.safeParse({ prompt: 'p', lanes: [{ model: 'm' }], tags }).success).toBe(true)
  expect(tags['rerun-of']).toBe('r1')
})
