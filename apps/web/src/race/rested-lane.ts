/**
 * How often a lane's panel is drawn, so that drawing keeps up with answers of any number and length.
 *
 * In a race of many lanes most panels are out of view. The strip goes on showing their figures; such a panel is drawn
 * once a second, and at once when it comes into view. A lane in view is drawn in every frame, with two exceptions. A
 * lane whose last block has grown huge is drawn the less often, the longer that block is, because a browser lays out a
 * paragraph, a list or a table as a whole: so a token costs the same at the end of an answer as at its beginning. And
 * when frames have grown long, lanes take turns (`turns.ts`).
 */
import type { LaneState } from '@drag-race/contracts'
import { createContext, useContext, useEffect, useReducer, useRef } from 'react'
import { useRace } from './the-race.ts'
import { hasTurn } from './turns.ts'

/** The indexes of the lanes in view; null where all lanes are. */
export const LanesInView = createContext<readonly number[] | null>(null)

/** Between two drawings of a lane out of view, on the race's own clock. */
const restMs = 1_000
/** With this, 20,000 characters without a blank line, some 4,000 tokens, are drawn twenty times a second. */
const charsPerMs = 400

/** The state of the lane that is drawn: the newest, or an older one while the panel rests. */
export function useRestedLane(lane: LaneState): LaneState {
  const inView = useContext(LanesInView)
  const turn = useRace((store) => store.turn)
  const drawn = useRef(lane)
  const isDue = useRef(false)
  const [, drawAgain] = useReducer((times: number) => times + 1, 0)
  const isWatched = inView === null || inView.includes(lane.lane)
  // A ref, not state: when React discards a render, the next one draws the lane.
  if (isDue.current || !mayRest(drawn.current, lane, isWatched, hasTurn(lane.lane, turn)))
    drawn.current = lane
  isDue.current = false
  const isBehind = drawn.current !== lane
  // Without this timer, the last tokens before a hang would be drawn only with the next token.
  useEffect(() => {
    if (!isBehind) return
    const timer = setTimeout(() => {
      isDue.current = true
      drawAgain()
    }, restMs)
    return () => clearTimeout(timer)
  }, [isBehind])
  return drawn.current
}

/** Whether what was drawn last is good enough. Another race, a start, a first token and an end are shown at once. */
export function mayRest(drawn: LaneState, lane: LaneState, isWatched: boolean, isItsTurn = true): boolean {
  // A lane that was not drawn before: to look for its last block would make one text of all its tokens.
  if (drawn === lane) return true
  return (
    drawn.outcome === lane.outcome &&
    drawn.startAt === lane.startAt &&
    drawn.firstMark === lane.firstMark &&
    (!isItsTurn ||
      (lane.lastMark?.at ?? 0) - (drawn.lastMark?.at ?? 0) < (isWatched ? frameMs(lane) : restMs))
  )
}

/** The time between two drawings, by the text behind the last blank line, where most blocks end. */
function frameMs({ answer, toolCall }: LaneState): number {
  const openChars = answer.length - answer.lastIndexOf('\n\n') + toolCall.length
  return Math.min(restMs, Math.floor(openChars / charsPerMs))
}
