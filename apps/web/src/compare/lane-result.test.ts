import { expect, test } from 'vitest'
import { makeLane } from '../testing/kept-lane.ts'
import { toLaneResult } from './lane-result.ts'

const win = { verdict: { kind: 'win', lane: 0, by: 12 }, status: 'finished' } as const
const alone = { verdict: { kind: 'no-contest', why: 'one lane' }, status: 'finished' } as const
const heat = { verdict: { kind: 'dead-heat', lanes: [0, 1] }, status: 'finished' } as const
const cut = { verdict: { kind: 'no-contest', why: 'interrupted' }, status: 'interrupted' } as const
const lane = (number: number, more: Partial<ReturnType<typeof makeLane>> = {}) => ({
  ...makeLane(number, 'm'),
  ...more,
})

test.each([
  ['WIN', lane(0), win],
  ['No 2', lane(1, { place: 2 }), win],
  ['DEAD HEAT', lane(1), heat],
  ['No 3', lane(2, { place: 3 }), heat],
  ['FINISHED', lane(2, { place: null }), win],
  ['RUNNING', lane(1, { place: null, outcome: 'running' }), { verdict: null, status: 'running' }],
  ['FINISHED', lane(0), alone],
  ['STOPPED', lane(1, { place: null, outcome: 'stopped' }), win],
  ['DNF 429', lane(1, { place: null, outcome: 'failed', errorCode: 'http_429' }), win],
  ['DNF stream cut', lane(1, { place: null, outcome: 'failed', errorCode: 'stream_cut' }), win],
  // With the first token as its finish line it had crossed that.
  ['No 2, STOPPED', lane(1, { place: 2, outcome: 'stopped' }), win],
  ['CUT SHORT', lane(1, { place: null, outcome: 'running' }), cut],
  ['CUT SHORT', lane(1, { place: null, outcome: 'failed', errorCode: 'interrupted' }), cut],
  ['FINISHED', lane(1, { place: 2 }), cut],
] as const)('says %s', (words, of, race) => {
  expect(toLaneResult(of, race as Parameters<typeof toLaneResult>[1])).toBe(words)
})
