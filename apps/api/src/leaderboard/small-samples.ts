/**
 * The correction of an interval for few observations.
 *
 * The Bayesian bootstrap of n observations spreads a mean by √(Σ(x − x̄)² / (n(n + 1))) (D. B. Rubin, "The Bayesian
 * Bootstrap", Annals of Statistics 9 (1981), 130–134), where the unbiased estimate is √(Σ(x − x̄)² / (n(n − 1))). So
 * its percentiles are taken further out, as far as makes a normal interval wider by √((n + 1)/(n − 1)). T. C.
 * Hesterberg does the same for the ordinary bootstrap ("What Teachers Should Know About the Bootstrap", The American
 * Statistician 69 (2015), 371–386, section 4.3).
 */
import { z95 } from './wilson.ts'

/**
 * The share of the resamples below the interval, and above it. n of 1: none; 10: 1.5 %; 30: 2.1 %; in the limit 2.5 %.
 */
export function widenedTail(n: number): number {
  return normalTail(Math.sqrt((n + 1) / (n - 1)) * z95)
}

/** The probability of a standard normal value above z ≥ 0: Abramowitz and Stegun 26.2.17, within 7.5e-8. */
export function normalTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const terms = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429]
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  return density * terms.reduce((sum, term, power) => sum + term * t ** (power + 1), 0)
}
