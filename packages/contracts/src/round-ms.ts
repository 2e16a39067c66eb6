/** Rounds to two decimals, as times on a tape are: their sums and differences have binary rounding errors. */
export function roundMs(ms: number): number {
  return Math.round(ms * 100) / 100
}
