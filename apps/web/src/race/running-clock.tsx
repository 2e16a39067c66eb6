/**
 * The running seconds of a lane: a display, not a measurement. It goes on from the newest time on the tape by the
 * display's own clock, never back, and gives way to the tape's figure when the lane ends. Writes text straight into its
 * element, so that a clock costs no render.
 */
import { useEffect, useRef } from 'react'
import { toSeconds } from '../look/figures.ts'
import { theRace } from './the-race.ts'

export function RunningClock({ startAt }: { startAt: number | null }) {
  const element = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    let shownMs = 0
    let frame = 0
    const draw = () => {
      const { anchor, feed } = theRace.getState()
      // Nothing more will come of this tape: the clock stands where it was last known.
      if (feed.state === 'refused') return
      const raceMs = anchor.at + performance.now() - anchor.shownAtMs
      shownMs = Math.max(shownMs, startAt === null ? 0 : raceMs - startAt)
      if (element.current) element.current.textContent = toSeconds(shownMs)
      frame = requestAnimationFrame(draw)
    }
    draw()
    return () => cancelAnimationFrame(frame)
  }, [startAt])
  return <span ref={element} aria-hidden="true" />
}
