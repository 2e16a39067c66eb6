/** Milliseconds to a thousandth of one: the clock itself says no more. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
