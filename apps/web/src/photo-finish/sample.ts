/**
 * A curve as few enough points to be drawn, within a span: every arrival while they are few, else the count at even
 * moments. No point is made up: each is what had come by its moment.
 */
import { type Curve, tokensAt } from './curves.ts'

export const pointsMax = 120

export interface Point {
  ms: number
  tokens: number
}

/** Both ends of the span are among them, unless the lane ended before. */
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

/** At most as many as are drawn, and one: more are not looked at. */
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
