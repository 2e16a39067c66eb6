import type { LaneRequest } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { makeLane as lane } from '../testing/kept-lane.ts'
import { compareAsked } from './compare-asked.ts'

test('lanes that were asked differently say with what, each in its own race', () => {
  const race = (...lanes: Partial<LaneRequest>[]) => ({
    request: {
      prompt: 'p',
      finish: 'done' as const,
      lanes: lanes.map((part) => ({ model: 'm', stream: true, ...part })),
    },
  })
  const pair = { one: lane(1, 'm'), other: lane(0, 'm') }
  const [short, plain] = [{ params: { maxTokens: 3 } }, {}]
  expect(compareAsked(pair, race(plain, short), race(plain))).toEqual({
    one: 'max tokens 3',
    other: '',
    hasOtherSystem: false,
  })
  expect(compareAsked(pair, race(plain, short), race(short))).toBeNull()
  expect(compareAsked(pair, race(plain, { system: 'a' }), race({ system: 'b' }))).toEqual({
    one: 'own system prompt',
    other: 'own system prompt',
    hasOtherSystem: true,
  })
  expect(compareAsked({ ...pair, other: null }, race(plain, short), race(plain))).toBeNull()
})
