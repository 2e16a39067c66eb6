/** Which part of the race the chart shows, in milliseconds, and how it is zoomed and moved: arithmetic alone. */
import { toSplitMs } from '../look/figures.ts'
import type { Curve } from './curves.ts'

export interface Span {
  fromMs: number
  toMs: number
}

/** A tenth of the margin from which a clock is measured again (5 ms): zoomed in closer there is nothing to see. */
const widthMsMin = 0.5

/** The whole race, with a little room behind the last lane. */
export function wholeSpan(curves: readonly Curve[]): Span {
  const endMs = Math.max(1, ...curves.map((curve) => curve.endMs))
  return { fromMs: 0, toMs: endMs * 1.04 }
}

/** A band narrower than this share of the picture, some 4 px, looks like a line. */
const bandShareMin = 1 / 200

/** The most margins from the first lane to the second that are shown: the band is then a fiftieth of the picture. */
const marginsMax = 20

/** Whether the margin can be seen as a band. */
export function isBandSeen({ fromMs, toMs }: Span, marginMs: number): boolean {
  return marginMs >= (toMs - fromMs) * bandShareMin
}

/**
 * The moment of the decision: from a little before the first lane to a little behind the second, or behind the margin
 * where that is wider. After a clear win it is so close to the first lane that the margin can be seen as a band, and
 * the second lane has not crossed yet.
 */
export function finishSpan(curves: readonly Curve[], marginMs: number | null, whole: Span): Span {
  const crossed = curves.flatMap(({ crossedMs }) => crossedMs ?? []).sort((a, b) => a - b)
  const [first, second = first] = crossed
  if (first === undefined || second === undefined) return whole
  const gapMsMax = marginMs ? marginMs * marginsMax : Number.POSITIVE_INFINITY
  const width = Math.max(Math.min(second - first, gapMsMax), marginMs ?? 0, 1)
  return within({ fromMs: first - width * 0.75, toMs: first + width * 1.75 }, whole)
}

/** A `factor` below 1 zooms in; the middle stays where it is. */
export function zoom({ fromMs, toMs }: Span, factor: number, whole: Span): Span {
  const middle = (fromMs + toMs) / 2
  const half = Math.max(widthMsMin, (toMs - fromMs) * factor) / 2
  return within({ fromMs: middle - half, toMs: middle + half }, whole)
}

export function move({ fromMs, toMs }: Span, share: number, whole: Span): Span {
  const by = (toMs - fromMs) * share
  return within({ fromMs: fromMs + by, toMs: toMs + by }, whole)
}

/** The span between two moments, in either order. */
export function between(aMs: number, bMs: number, whole: Span): Span {
  const middle = (aMs + bMs) / 2
  const half = Math.max(widthMsMin, Math.abs(aMs - bMs)) / 2
  return within({ fromMs: middle - half, toMs: middle + half }, whole)
}

/** Moves the span, and shortens it where it must, so that nothing outside the race is shown. */
function within({ fromMs, toMs }: Span, whole: Span): Span {
  const width = Math.min(toMs - fromMs, whole.toMs - whole.fromMs)
  const from = Math.min(Math.max(fromMs, whole.fromMs), whole.toMs - width)
  return { fromMs: from, toMs: from + width }
}

export function isWhole(span: Span, whole: Span): boolean {
  return span.fromMs <= whole.fromMs && span.toMs >= whole.toMs
}

/** Ticks at round numbers of a scale, at most about `wanted` of them, and the step between two. */
export function ticksBetween(from: number, to: number, wanted: number): { ticks: number[]; step: number } {
  const least = Math.max((to - from) / wanted, Number.MIN_VALUE)
  const power = 10 ** Math.floor(Math.log10(least))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10)
  const first = Math.ceil(from / step - 1e-9)
  const count = Math.floor(to / step + 1e-9) - first + 1
  // Multiplied, not added up: 0.1 + 0.2 is not 0.3.
  const ticks = Array.from({ length: Math.max(0, count) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  )
  return { ticks, step }
}

/** `2.5 s`; with steps below 0.1 s in milliseconds: `812.4 ms`, and with steps below 0.1 ms `812.45 ms`. */
export function toTickText(ms: number, stepMs: number): string {
  if (ms === 0) return '0'
  if (stepMs >= 100) return `${(ms / 1000).toFixed(stepMs >= 1000 ? 0 : 1)} s`
  return `${toSplitMs(ms, stepMs >= 1 ? 0 : stepMs >= 0.1 ? 1 : 2)} ms`
}
