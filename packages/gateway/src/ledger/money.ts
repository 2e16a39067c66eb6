/**
 * Money that is added up is a whole number of pico-dollars (10⁻¹² USD): sums of binary fractions carry dust
 * (0.1 + 0.2 = 0.30000000000000004), sums of whole numbers do not. No price is finer than a pico-dollar a token.
 */
const picoPerUsd = 1e12

/** Half of what SQLite's whole numbers hold: 4.6 million US dollars. */
const picoMax = 2 ** 62

/** Of one call: exact up to 9,007 US dollars, where whole numbers end, and never more than `picoMax`. Sums are `bigint`. */
export function toPico(usd: number): number {
  return Math.min(Math.round(usd * picoPerUsd), picoMax)
}

/** The nearest number of US dollars to a sum; from the decimal digits, so that nothing is rounded twice. */
export function toUsd(pico: bigint): number {
  const digits = String(pico < 0n ? -pico : pico).padStart(13, '0')
  return Number(`${pico < 0n ? '-' : ''}${digits.slice(0, -12)}.${digits.slice(-12)}`)
}

/** For people: at least two decimals, no more than it has. */
export function toPrice(pico: bigint): string {
  const [whole, decimals = ''] = toUsd(pico).toFixed(6).split('.')
  return `$${whole}.${decimals.replace(/0{1,4}$/, '')}`
}
