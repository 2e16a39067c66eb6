/** Milliseconds with three decimals: the clock has no more. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
