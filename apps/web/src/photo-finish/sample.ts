/**
 * The points by which a curve is drawn within a span: every arrival while there are few, else the count at evenly
 * spaced moments. No point is interpolated: each is the number of tokens that had come by its moment.
 */
import { type Curve, tokensAt } from './curves.ts'

export const pointsMax = 120

export interface Point {
  ms: number
  tokens: number
}

/** The first point is at the span's start, the last at its end, or where the lane ended before that. */
export function sample(curve: Curve, fromMs: number, toMs: number): Point[] {
  const endMs = Math.min(toMs, curve.endMs)
  if (endMs <= fromMs) return []
  const inside = arrivalsWithin(curve, fromMs, endMs)
  const moments =
    inside.length <= pointsMax - 2
      ? [fromMs, ...inside, endMs]
      : Array.from({ length: pointsMax }, (_, index) => fromMs + ((endMs - fromMs) * index) / (pointsMax - 1))
  return moments.map((ms) => ({ ms, tokens: tokensAt(curve, ms) }))
}

/** At most `pointsMax` arrivals: from then on there are too many to draw each, and the others are not read. */
function arrivalsWithin({ times }: Curve, fromMs: number, toMs: number): number[] {
  const found: number[] = []
  const first = times.findIndex((ms) => ms > fromMs)
  if (first === -1) return found
  for (let index = first; index < times.length && found.length < pointsMax; index++) {
    const ms = times[index] ?? 0
    if (ms >= toMs) break
    found.push(ms)
  }
  return found
}
