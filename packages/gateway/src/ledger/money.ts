/**
 * Money that is added up is a whole number of pico-dollars (10⁻¹² USD): sums of binary fractions have rounding errors
 * (0.1 + 0.2 = 0.30000000000000004), sums of whole numbers do not. No price is finer than a pico-dollar for a token.
 */
const picoPerUsd = 1e12

/** Half of the largest integer in SQLite: 4.6 million US dollars. */
const picoMax = 2 ** 62

/** For one call: exact up to 9,007 US dollars (2⁵³ pico-dollars), and never more than `picoMax`. Sums are `bigint`. */
export function toPico(usd: number): number {
  return Math.min(Math.round(usd * picoPerUsd), picoMax)
}

/** The number of US dollars that is nearest to a sum; made from decimal digits, so that nothing is rounded twice. */
export function toUsd(pico: bigint): number {
  const digits = String(pico < 0n ? -pico : pico).padStart(13, '0')
  return Number(`${pico < 0n ? '-' : ''}${digits.slice(0, -12)}.${digits.slice(-12)}`)
}

/** For people: two to six decimals, without zeros after the second; less than a millionth has all of its decimals. */
export function toPrice(pico: bigint): string {
  const decimals = pico > 0n && pico < 1_000_000n ? 12 : 6
  return `$${toUsd(pico)
    .toFixed(decimals)
    .replace(/(\.\d\d\d*?)0+$/, '$1')}`
}
