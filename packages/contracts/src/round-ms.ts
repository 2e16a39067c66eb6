/** On the grain of a tape, two decimals: sums and differences of its times carry binary dust otherwise. */
export function roundMs(ms: number): number {
  return Math.round(ms * 100) / 100
}
