/**
 * Figures as they are printed: fixed decimals, so that columns line up and two screens show the same digits. Numbers of
 * the tape are only formatted, nothing is measured here. `null` is a dash: unknown is never 0. A number that rounding
 * carries past the end of its form is printed in the next form: 99.97 ms is `100`, as 100 ms is, and not `100.0`.
 */
import type { Speed } from '@drag-race/contracts'

export const dash = '—'

/** `182 ms`. A dash stands for a figure that does not exist, and gets no unit. */
export function withUnit(figure: string, unit: string): string {
  return figure === dash || unit === '' ? figure : `${figure} ${unit}`
}

/** Whole milliseconds: `182`, `12,345`. */
export function toMs(ms: number | null | undefined): string {
  return ms == null ? dash : group(Math.round(ms))
}

/** Splits to a hundredth of a millisecond, `12,454.10`; the ticks of an axis with as many decimals as they need. */
export function toSplitMs(ms: number, decimals = 2): string {
  return group(ms.toFixed(decimals))
}

/** Small spans of time: `0.21`, `3.5`, `182`. */
export function toFineMs(ms: number | null | undefined): string {
  if (ms == null) return dash
  return fixedBelow(1, ms, 2) ?? fixedBelow(100, ms, 1) ?? group(Math.round(ms))
}

/**
 * Seconds. Without `decimals`, as running clocks show them: two decimals, and one from a thousand seconds on, where
 * there is no room for more. Time slips have three.
 */
export function toSeconds(ms: number | null | undefined, decimals?: number): string {
  if (ms == null) return dash
  const seconds = ms / 1000
  if (decimals !== undefined) return seconds.toFixed(decimals)
  return fixedBelow(1000, seconds, 2) ?? seconds.toFixed(1)
}

/** A distance between two lanes: `12 ms` under a tenth of a second, else `0.31 s`. */
export function toGap(ms: number): string {
  return fixedBelow(100, ms, 1) === null ? `${toSeconds(ms)} s` : `${toFineMs(ms)} ms`
}

export function toCount(count: number | null | undefined): string {
  return count == null ? dash : group(Math.round(count))
}

/** Tokens per second, or per chunk: `287.1`, and without decimals from a thousand on. */
export function toSpeed(perSecond: number | null | undefined): string {
  if (perSecond == null) return dash
  return fixedBelow(1000, perSecond, 1) ?? group(Math.round(perSecond))
}

/** Five decimals below a cent, four below a dollar, else two: a race costs little. `null` is an unknown price. */
export function toCost(usd: number | null | undefined): string {
  if (usd == null) return 'price unknown'
  if (usd === 0) return '$0'
  if (usd < 0.000005) return '< $0.00001'
  return `$${fixedBelow(0.01, usd, 5) ?? fixedBelow(1, usd, 4) ?? usd.toFixed(2)}`
}

/** A difference with its sign, `+0.4` or `−12`; `print` formats its size. */
export function toSigned(difference: number, print: (size: number) => string): string {
  return `${difference < 0 ? '−' : '+'}${print(Math.abs(difference))}`
}

/** A share as percent: `62 %`. */
export function toPercent(share: number | null | undefined): string {
  return share == null ? dash : `${Math.round(share * 100)} %`
}

/** `58 to 87 %` */
export function toPercentRange(low: number, high: number): string {
  return `${Math.round(low * 100)} to ${toPercent(high)}`
}

/** The margin of the clock: `± 0.9 ms`, or words that say that it was not measured. */
export function toMargin(ms: number | null | undefined): string {
  if (ms == null) return 'margin not measured'
  return toWithinMs(ms).trim() || `< ${marginMin} ms`
}

/** A time with its margin: `342 ms ± 1.8`; the time alone when the margin is not known. */
export function toMsWithin(ms: number | null | undefined, marginMs: number | null | undefined): string {
  return ms == null ? dash : `${toMs(ms)} ms${toWithin(marginMs)}`
}

/**
 * ` ± 1.8`, to stand behind a figure in the same unit; '' where the margin is not known. A margin below the last
 * printed digit limits nothing that is printed, and is left out.
 */
export function toWithin(margin: number | null | undefined): string {
  if (margin == null || margin < marginMin) return ''
  return ` ${plusMinus}${fixedBelow(10, margin, 1) ?? toCount(margin)}`
}

/** At which no line ends: the sign stays with its number, the number with its unit. */
const fixedSpace = '\u00a0'

export const plusMinus = `±${fixedSpace}`

/** A smaller margin would be printed as ± 0.0. */
const marginMin = 0.05

/** ` ± 1.8 ms`, to stand behind a figure in another unit. */
export function toWithinMs(marginMs: number | null | undefined): string {
  const within = toWithin(marginMs)
  return within && `${within}${fixedSpace}ms`
}

/** `100.0 tok/s ± 0.3`. */
export function toSpeedWithin(speed: Speed): string {
  if (speed.kind === 'too-short') return tooShort
  return `${toSpeed(speed.perSecond)} tok/s${toSpeedMargin(speed)}`
}

export const tooShort = 'too short to time'

/** ` ± 0.3`, to stand behind a speed. */
export function toSpeedMargin({ margin }: Extract<Speed, { kind: 'timed' }>): string {
  return toWithin(margin)
}

/** The value with these decimals; null where rounding takes it to `end`, at which the next form begins. */
function fixedBelow(end: number, value: number, decimals: number): string | null {
  const text = value.toFixed(decimals)
  return Number(text) < end ? text : null
}

/** Thousands separated by commas, whatever the reader's locale: a slip looks the same everywhere. */
function group(number: number | string): string {
  return String(number).replace(/\B(?=(\d{3})+(\.|$))/g, ',')
}
