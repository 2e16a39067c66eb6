import { expect, test } from 'vitest'
import { fold, makeTape } from '../testing/tape.ts'
import { toFinishes } from './finishes.ts'

test('lanes that crossed the line are marked where they did, and no others', () => {
  const race = fold(
    makeTape({
      lanes: [
        { model: 'a', tokensAt: [10, 30], end: 'done' },
        { model: 'b', tokensAt: [10], end: 'failed' },
        { model: 'watch', tokensAt: [5, 6], end: 'done' },
      ],
    }),
  )
  const lanes = race.lanes.map((lane) => (lane.lane === 2 ? { ...lane, sentinel: true } : lane))
  expect(toFinishes({ ...race, lanes })).toEqual([{ lane: 0, atMs: 30 }])
})
