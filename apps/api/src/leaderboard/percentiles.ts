/**
 * Percentiles, where there are enough races for them.
 *
 * Of n independent races all lie under the true q-th quantile with probability qⁿ. Only when that is 5 % or less does
 * the largest figure seen reach the quantile with 95 % confidence: 1 − qⁿ ≥ 0.95, so n ≥ ln 0.05 / ln q: 59 races for
 * the 95th percentile, 299 for the 99th (S. S. Wilks, "Determination of Sample Sizes for Setting Tolerance Limits",
 * Annals of Mathematical Statistics 12 (1941), 91–96). With fewer, a "p99" is the largest figure by another name. The
 * median is shown from the first race on, as on the board.
 */
import type { Percentiles } from '@drag-race/contracts'

/** `races` can be fewer than the figures: a model can run in several lanes of a race. */
export function toPercentiles(figuresMs: readonly number[], races: number): Percentiles {
  const sorted = Float64Array.from(figuresMs).sort()
  const carried = (share: number) => (races >= racesForPercentile(share) ? percentile(sorted, share) : null)
  return { races, p50Ms: percentile(sorted, 0.5), p95Ms: carried(0.95), p99Ms: carried(0.99) }
}

export function racesForPercentile(share: number): number {
  return Math.ceil(Math.log(0.05) / Math.log(share))
}

/**
 * The smallest figure that has that share of all at or below it; the mean of it and the next where the share falls
 * between the two (definition 2 of R. J. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages", The American
 * Statistician 50 (1996), 361–365). At one half it is the median. null when there are no figures.
 */
export function percentile(sorted: Float64Array, share: number): number | null {
  // Without rounding errors: 0.55 · 100 is 55.00000000000001 in binary.
  const at = Math.round(share * sorted.length * 1e9) / 1e9
  const figure = sorted[Math.max(0, Math.ceil(at) - 1)]
  // Only where `at` is whole does the share fall between two figures; otherwise `next` is undefined.
  const next = sorted[at]
  if (figure === undefined) return null
  return next === undefined ? figure : (figure + next) / 2
}

/** The middle value, or the mean of the two in the middle; null when there are no values. */
export function median(values: readonly number[]): number | null {
  return percentile(Float64Array.from(values).sort(), 0.5)
}
