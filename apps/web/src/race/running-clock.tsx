/**
 * The running seconds of a lane: a display, not a measurement. It runs on from the newest time on the tape by the
 * display's own clock, or shows the time of a replay's cursor; when the lane ends, the tape's figure takes its place.
 * It writes text straight into its element, so that a clock costs no render.
 */
import { useContext, useEffect, useRef } from 'react'
import { toSeconds } from '../look/figures.ts'
import { drawOnFrames } from './clock-frames.ts'
import { DisplayClockContext } from './display-clock.ts'

export function RunningClock({ startAt }: { startAt: number | null }) {
  const element = useRef<HTMLSpanElement>(null)
  const clock = useContext(DisplayClockContext)
  useEffect(() => {
    let shownMs = 0
    return drawOnFrames(() => {
      const raceMs = clock.raceMs()
      // Nothing more will come from this tape: the clock keeps the time that it last showed.
      if (raceMs === null) return false
      const laneMs = startAt === null ? 0 : Math.max(0, raceMs - startAt)
      shownMs = clock.canGoBack ? laneMs : Math.max(shownMs, laneMs)
      if (element.current) element.current.textContent = toSeconds(shownMs)
      return true
    })
  }, [startAt, clock])
  return <span ref={element} aria-hidden="true" />
}
