/**
 * How far a time of a race can be off. The margin covers the way there and back and this machine's usual lateness; in a
 * disturbed race, bytes that had arrived then lay unread for up to the lag. So the two add up: compared with the
 * simulator's ledger, such a race was 131 ms off with a lag of 129.
 */
import type { ClockReport } from './race-event.ts'
import { roundMs } from './round-ms.ts'

/** Milliseconds: the margin, and the lag of a disturbed clock on top of it; null when the margin was not measured. */
export function errorBoundMs({
  marginMs,
  clock,
}: {
  marginMs: number | null
  clock: ClockReport | null
}): number | null {
  if (marginMs === null || !clock?.disturbed) return marginMs
  return roundMs(marginMs + (clock.lagMs ?? 0))
}
