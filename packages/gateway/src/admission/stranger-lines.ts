/**
 * Calls that were refused before their caller was known get lines in the audit log too, but only 60 a minute. Otherwise
 * anybody without a key could rotate the lines of all callers out of the log. One line says how many were left out.
 */
import type { Clock } from '../clock.ts'

export interface StrangerLines {
  /** Whether this call gets a line. */
  take(): boolean
  /** How many calls got none, once their minute is over or with `isEnd` at once. Each is reported once. */
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
