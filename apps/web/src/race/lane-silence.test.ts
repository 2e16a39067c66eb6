import { expect, test } from 'vitest'
import { fold, type LaneScript, makeTape } from '../testing/tape.ts'
import { toSilentSeconds } from './lane-silence.ts'

/** The lane as it is when the race's clock stands at `atMs`. */
function laneAt(script: LaneScript, atMs: number) {
  return fold(makeTape({ lanes: [script] }).filter(({ at }) => at <= atMs)).lanes[0]!
}

const script: LaneScript = { model: 'm', tokensAt: [100, 150], end: 'stopped', endAt: 9_000 }

test('a lane that has begun and sends nothing more is silent after two seconds, in whole ones', () => {
  const lane = laneAt(script, 5_000)
  expect([2_000, 2_149, 2_150, 3_149, 8_999].map((ms) => toSilentSeconds(lane, ms))).toEqual([
    null,
    null,
    2,
    2,
    8,
  ])
})

test('a lane that waits for its first token, does not stream or is over is not called silent', () => {
  expect(toSilentSeconds(laneAt(script, 50), 8_000)).toBeNull()
  expect(toSilentSeconds({ ...laneAt(script, 5_000), stream: false }, 8_000)).toBeNull()
  expect(toSilentSeconds(laneAt(script, 9_500), 12_500)).toBeNull()
})

test('while the connection to the tape is lost, nobody knows whether a lane is silent', () => {
  expect(toSilentSeconds(laneAt(script, 5_000), null)).toBeNull()
})
