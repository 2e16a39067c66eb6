/** How long a lane that has begun to stream has sent nothing: without this, a hang looks like a slow lane. */
import { type LaneState, laneStatus, type Mark } from '@drag-race/contracts'
import { useContext, useEffect, useRef, useState } from 'react'
import { DisplayClockContext } from './display-clock.ts'

/** A lane that waits longer is silent: usual gaps are a tenth of this, and models that think in between take more. */
const silentSecondsMin = 2

/**
 * Whole seconds since the lane's last token, by the race's clock. null below `silentSecondsMin`, and for a lane that
 * waits for its first token, does not stream or is over, which the screen shows in other ways.
 */
export function toSilentSeconds(lane: LaneState, heardMs: number | null): number | null {
  if (!lane.stream || !lane.lastMark || laneStatus(lane) !== 'running' || heardMs === null) return null
  const seconds = Math.floor((heardMs - lane.lastMark.at) / 1000)
  return seconds < silentSecondsMin ? null : seconds
}

/** The same for a lane on the screen, checked once a second, because a lane that hangs causes no render. */
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
  // A token ends the silence at once.
  return isOpen && silence.since === lane.lastMark ? silence.seconds : null
}

const none = { since: null, seconds: null }
