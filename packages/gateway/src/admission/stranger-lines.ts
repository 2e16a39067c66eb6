/**
 * Calls that were refused before anybody knew whose they were have lines in the audit log too, but only so many a minute: else
 * anybody without a key could push out the lines of all who have one. How many more there were is a line of its own.
 */
import type { Clock } from '../clock.ts'

export interface StrangerLines {
  /** Has this one a line? */
  take(): boolean
  /** How many had none in the minute that is over, or in this one too when it ends early; each is told once. */
  takeLeftOut(isEnd?: boolean): number
}

const minuteMs = 60_000
const linesMax = 60

export function createStrangerLines(clock: Pick<Clock, 'monotonicMs'>): StrangerLines {
  let sinceMs = Number.NEGATIVE_INFINITY
  let lines = 0
  let leftOut = 0
  const isMinuteOver = () => clock.monotonicMs() - sinceMs >= minuteMs
  return {
    take() {
      if (isMinuteOver()) {
        sinceMs = clock.monotonicMs()
        lines = 0
      }
      if (lines === linesMax) {
        leftOut++
        return false
      }
      lines++
      return true
    },
    takeLeftOut(isEnd = false) {
      if (leftOut === 0 || !(isEnd || isMinuteOver())) return 0
      const told = leftOut
      leftOut = 0
      return told
    },
  }
}
