/**
 * Where a lane's car is, by arithmetic over the tape: 0 at the start line, 1 at the finish. Only tokens move it, not
 * time, and it never goes back.
 */
import { crossedMs, type FinishLine, type LaneState } from '@drag-race/contracts'

/** The length of an answer is not known before its end: until then the car approaches this place. */
const openEndMax = 0.96
/** Tokens after which an answer of unknown length has run 63 % of its way. */
const openEndTokens = 300

export function carPosition(lane: LaneState, finish: FinishLine): number {
  if (crossedMs(lane, finish) !== null) return 1
  if (finish === 'first-token') return 0
  if (finish === 'done') return Math.min(openEndMax, 1 - Math.exp(-lane.tokens / openEndTokens))
  return Math.min(1, lane.tokens / finish.tokens)
}

/** The share of the track on which first tokens are marked, and the time at which a tick is at 63 % of it. */
const tickShare = 0.25
const tickMs = 1200

/**
 * Where the tick of a first token is. Cars are moved by tokens, so every first token would be at the start line; the
 * tick has a time scale of its own, the same for all lanes and races, so that lanes can be compared by eye.
 */
export function tickPosition(ttftMs: number): number {
  return tickShare * (1 - Math.exp(-ttftMs / tickMs))
}
