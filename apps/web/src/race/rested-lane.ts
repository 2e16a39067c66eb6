/**
 * How often a lane's panel is drawn, so that drawing keeps up however much there is of it.
 *
 * Lanes out of view rest: on a wide race most panels are off to the side. Their figures go on in the strip; the panel is
 * drawn once a second, and at once when it comes into view. A lane that is watched is drawn every frame, unless its open
 * block has grown huge (a browser lays out a paragraph, a list or a table as a whole, so the longer it is, the less
 * often it is drawn, and a token costs the same wherever in the answer it stands) or frames have grown long (`turns.ts`).
 */
import type { LaneState } from '@drag-race/contracts'
import { createContext, useContext, useEffect, useReducer, useRef } from 'react'
import { useRace } from './the-race.ts'
import { hasTurn } from './turns.ts'

/** The indexes of the lanes in view; null where all are. */
export const LanesInView = createContext<readonly number[] | null>(null)

/** On the race's own clock. */
const restMs = 1_000
/** 20,000 characters without a blank line, some 4,000 tokens, are drawn twenty times a second. */
const charsPerMs = 400

/** The lane as it is to be drawn. */
export function useRestedLane(lane: LaneState): LaneState {
  const inView = useContext(LanesInView)
  const turn = useRace((store) => store.turn)
  const drawn = useRef(lane)
  const isDue = useRef(false)
  const [, drawAgain] = useReducer((times: number) => times + 1, 0)
  const isWatched = inView === null || inView.includes(lane.lane)
  // Not state: what is thrown away with a render is drawn by the next.
  if (isDue.current || !mayRest(drawn.current, lane, isWatched, hasTurn(lane.lane, turn)))
    drawn.current = lane
  isDue.current = false
  const isBehind = drawn.current !== lane
  // A lane that hangs brings no token by which the rest of it would be drawn.
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

/** Is what was drawn good enough? Another race, an end or a first token is shown at once. */
export function mayRest(drawn: LaneState, lane: LaneState, isWatched: boolean, isItsTurn = true): boolean {
  return (
    drawn.outcome === lane.outcome &&
    drawn.startAt === lane.startAt &&
    drawn.firstMark === lane.firstMark &&
    (!isItsTurn ||
      (lane.lastMark?.at ?? 0) - (drawn.lastMark?.at ?? 0) < (isWatched ? frameMs(lane) : restMs))
  )
}

/** By what stands behind the last blank line: most blocks end there. */
function frameMs({ answer, toolCall }: LaneState): number {
  const openChars = answer.length - answer.lastIndexOf('\n\n') + toolCall.length
  return Math.min(restMs, Math.floor(openChars / charsPerMs))
}
