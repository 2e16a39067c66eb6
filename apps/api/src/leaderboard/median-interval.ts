/**
 * An interval for a median that assumes nothing about the distribution: latencies have long tails, and so have their
 * differences.
 *
 * Each of n independent values lies below the true median with probability ½, so the number below it is binomial. The
 * k-th smallest and the k-th largest value enclose the median unless fewer than k values lie on one side:
 *
 *     confidence = 1 − 2 · P(Binomial(n, ½) ≤ k − 1)
 *
 * with the largest k for which that is at least 95 %: the sign test, inverted (W. J. Conover, Practical Nonparametric
 * Statistics, 3rd ed. (1999), section 3.2; the idea is W. R. Thompson's, 1936). n = 9: k = 2, 96.1 %. With fewer than
 * six values even the smallest and the largest enclose the median less often than that. (Student's interval for the
 * mean is off for long tails; Wilcoxon's for the Hodges–Lehmann estimate assumes that the differences are symmetric.)
 */
import type { Interval } from './wilson.ts'

/** `sorted` is ascending. null for fewer than six values. */
export function medianInterval(sorted: Float64Array): Interval | null {
  const k = rankFromEnd(sorted.length)
  const [low, high] = [sorted[k - 1], sorted[sorted.length - k]]
  return low === undefined || high === undefined ? null : { low, high }
}

/** k; 0 when there is none. Calculated in logarithms, because ½ⁿ is 0 in binary from n = 1,075 on. */
export function rankFromEnd(n: number): number {
  let logTerm = -n * Math.LN2
  let below = 0
  for (let k = 0; k <= n; k++) {
    below += Math.exp(logTerm)
    if (below > 0.025) return k
    logTerm += Math.log((n - k) / (k + 1))
  }
  return 0
}
