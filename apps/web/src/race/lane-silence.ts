/** How long a lane that has begun to stream has sent nothing: a hang looks like a slow lane until somebody says so. */
import { type LaneState, laneStatus, type Mark } from '@drag-race/contracts'
import { useContext, useEffect, useRef, useState } from 'react'
import { DisplayClockContext } from './display-clock.ts'

/** A wait that is worth a word: gaps between tokens are a tenth of it, and a model that thinks in between takes longer. */
const silentSecondsMin = 2

/**
 * Whole seconds since its last token, by the race's clock; null when that is not long ago, and for what is told otherwise: a lane
 * that waits for its first token, does not stream, or is over.
 */
export function toSilentSeconds(lane: LaneState, heardMs: number | null): number | null {
  if (!lane.stream || !lane.lastMark || laneStatus(lane) !== 'running' || heardMs === null) return null
  const seconds = Math.floor((heardMs - lane.lastMark.at) / 1000)
  return seconds < silentSecondsMin ? null : seconds
}

/** The same, of a lane on the screen: looked at once a second, because a lane that hangs brings no event to look at. */
export function useSilentSeconds(lane: LaneState, isOpen: boolean): number | null {
  const clock = useContext(DisplayClockContext)
  const newest = useRef(lane)
  const [silence, setSilence] = useState<{ since: Mark | null; seconds: number | null }>(none)
  useEffect(() => {
    newest.current = lane
  })
  useEffect(() => {
    if (!isOpen) return
    const look = () => {
      const seconds = toSilentSeconds(newest.current, clock.heardMs())
      setSilence(seconds === null ? none : { since: newest.current.lastMark, seconds })
    }
    const timer = setInterval(look, 1000)
    return () => clearInterval(timer)
  }, [isOpen, clock])
  // A token ends it at once.
  return isOpen && silence.since === lane.lastMark ? silence.seconds : null
}

const none = { since: null, seconds: null }
