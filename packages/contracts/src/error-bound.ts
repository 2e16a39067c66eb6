/** How far a time of a race may be off. Its margin is what the clock can do; a disturbed clock did worse in this one race. */
import type { ClockReport } from './race-event.ts'

/** Milliseconds: the margin, or the lag of a disturbed clock where that is more; null when the margin was not measured. */
export function errorBoundMs({
  marginMs,
  clock,
}: {
  marginMs: number | null
  clock: ClockReport | null
}): number | null {
  if (marginMs === null || !clock?.disturbed) return marginMs
  return Math.max(marginMs, clock.lagMs ?? 0)
}
