/**
 * How far the picture is behind the tape: the time from an event's arrival in this tab to the frame that shows it.
 *
 * Browser and race have no common clock. The least distance seen between a stamp and its arrival stands for the way
 * from the race to this tab, and for the difference of the two clocks. So
 *
 *   lag = time of the frame − (stamp of the newest event in it + least distance)
 *
 * contains what happens behind the network: reading, folding, drawing. No figure of a race is taken from it.
 */
export interface ScreenLag {
  heard(atMs: number, nowMs: number): void
  /** Call when the frame whose newest event is of `atMs` has been painted. */
  painted(atMs: number, nowMs: number): void
  /** The longest of the last second, whole milliseconds; null until one is over. */
  readonly ms: number | null
}

const spanMs = 1_000

export function createScreenLag(): ScreenLag {
  let leastMs = Number.POSITIVE_INFINITY
  let worstMs = 0
  let sinceMs: number | null = null
  let shownMs: number | null = null
  return {
    heard(atMs, nowMs) {
      leastMs = Math.min(leastMs, nowMs - atMs)
    },
    painted(atMs, nowMs) {
      worstMs = Math.max(worstMs, nowMs - (atMs + leastMs))
      sinceMs ??= nowMs
      if (nowMs - sinceMs < spanMs) return
      shownMs = Math.round(worstMs)
      worstMs = 0
      sinceMs = nowMs
    },
    get ms() {
      return shownMs
    },
  }
}
