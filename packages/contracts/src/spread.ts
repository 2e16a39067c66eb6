/**
 * The distribution of a set of measurements: the percentiles by which errors are stated. By the nearest rank, so each
 * is a measured value.
 */
export interface Spread {
  count: number
  p50: number | null
  p90: number | null
  p99: number | null
  max: number | null
}

/** All percentiles are null when there are no values. */
export function toSpread(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? null
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
}
