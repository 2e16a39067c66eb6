import type { TimeSlip } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { emptySlip, makeLane as lane } from '../testing/kept-lane.ts'
import { toUnequalStarts } from './unequal-starts.ts'

test('starts are alike, or it is said how each race left; older slips follow the cold start of their race', () => {
  const by = (...starts: NonNullable<TimeSlip['start']>[]) => ({
    coldStart: false,
    lanes: starts.map((start, number) => lane(number, 'm', { start })),
  })
  const older = (coldStart: boolean) => {
    const { start: _, ...slip } = emptySlip
    return { coldStart, lanes: [{ ...lane(0, 'm'), slip }] }
  }
  expect(toUnequalStarts(by('prepared', 'prepared'), by('prepared'))).toBeNull()
  expect(toUnequalStarts(older(false), by('warm'))).toBeNull()
  expect(toUnequalStarts(older(true), by('cold'))).toBeNull()
  expect(toUnequalStarts(older(false), by('prepared'))).toEqual([['warm'], ['prepared']])
  expect(toUnequalStarts(by('prepared', 'warm'), by('cold'))).toEqual([['warm', 'prepared'], ['cold']])
  const watched = {
    coldStart: false,
    lanes: [...by('prepared').lanes, { ...lane(1, 's', { start: 'warm' }), sentinel: true }],
  }
  expect(toUnequalStarts(watched, by('prepared'))).toBeNull()
  // None of its lanes has left.
  expect(
    toUnequalStarts({ coldStart: false, lanes: [lane(0, 'm', { start: null })] }, by('prepared')),
  ).toBeNull()
})
