import { expect, test, vi } from 'vitest'
import { fold, makeTape } from '../testing/tape.ts'
import { raceAgain, rerunLane } from './next-race.ts'
import { theRace } from './the-race.ts'

test('a double click starts one race', () => {
  const asked = vi.fn(() => new Promise<Response>(() => {}))
  vi.stubGlobal('fetch', asked)
  theRace.setState({ race: fold(makeTape({ lanes: [{ model: 'a', tokensAt: [10], end: 'failed' }] })) })
  rerunLane(0)
  rerunLane(0)
  raceAgain()
  expect(asked).toHaveBeenCalledTimes(1)
  theRace.getState().leave()
  vi.unstubAllGlobals()
})
