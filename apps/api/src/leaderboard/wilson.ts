/** How sure a rate is. */

export interface Interval {
  low: number
  high: number
}

/** The 97.5 % point of the normal distribution: a two-sided 95 % interval. */
export const z95 = 1.959964

/**
 * Wilson's score interval for a rate of `successes` in `n` trials:
 *
 *     p = successes / n
 *     (p + z²/2n ± z · √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)
 *
 * E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927), 209–212. It
 * stays inside 0..1 and is sensible for few trials, where the textbook p ± z·√(p(1 − p)/n) says that one win in one
 * race is certainty. `successes` may be a fraction: a dead heat of k models is 1/k of a win for each.
 * No trials: nothing is known, 0 to 1.
 */
export function wilson(successes: number, n: number, z = z95): Interval {
  if (n <= 0) return { low: 0, high: 1 }
  const rate = successes / n
  const zz = z * z
  const centre = rate + zz / (2 * n)
  const half = z * Math.sqrt((rate * (1 - rate)) / n + zz / (4 * n * n))
  const scale = 1 + zz / n
  // At a rate of 0 or 1 one end is that rate; rounding errors would put it slightly outside, or inside.
  return {
    low: Math.min(rate, Math.max(0, (centre - half) / scale)),
    high: Math.max(rate, Math.min(1, (centre + half) / scale)),
  }
}
