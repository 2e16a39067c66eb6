/**
 * How far a speed can be off. v = n / t, so an error of the span t is an error of the speed: v · error / t. Both ends
 * of the span of decoding are arrivals, so its error is twice the clock's; a total begins at the lane's own start.
 *
 * A span that is no longer than its error has no speed: a burst in one write would show millions of tokens a second.
 */
import type { LaneState } from './race-state.ts'
import { roundMs } from './round-ms.ts'
import { hasUntimedToolCall, toSentTokens, toTimeSlip } from './time-slip.ts'

export type Speed =
  /** Tokens a second. `margin` is null when the clock's error is not known. */
  | { kind: 'timed'; perSecond: number; margin: number | null }
  /** The span is no longer than its error. */
  | { kind: 'too-short' }

/** `decodeTokensPerSecond` of the lane's slip, with its margin; null without one. `errorMs`: see `errorBoundMs`. */
export function toDecode(lane: LaneState, errorMs: number | null): Speed | null {
  const slip = toTimeSlip(lane)
  const perSecond = slip.decodeTokensPerSecond
  if (perSecond === null) return cameAtOnce(lane) ? { kind: 'too-short' } : null
  if (errorMs === null) return { kind: 'timed', perSecond, margin: null }
  return toSpeed(perSecond, toDecodeMargin(perSecond, toSentTokens(slip), errorMs))
}

/** `endToEndTokensPerSecond`, likewise. */
export function toEndToEnd(lane: LaneState, errorMs: number | null): Speed | null {
  const { endToEndTokensPerSecond: perSecond, outputTokens } = toTimeSlip(lane)
  if (perSecond === null) return null
  if (errorMs === null) return { kind: 'timed', perSecond, margin: null }
  return toSpeed(perSecond, toMargin(perSecond, outputTokens, errorMs))
}

/** In tokens a second; null when the span is too short. `sentTokens` are those of `toSentTokens`. */
export function toDecodeMargin(perSecond: number, sentTokens: number, errorMs: number): number | null {
  return toMargin(perSecond, Math.max(1, sentTokens - 1), 2 * errorMs)
}

function toMargin(perSecond: number, tokens: number, spanErrorMs: number): number | null {
  // Without the binary dust of the division, which would make a span longer than an error that is just as long.
  const spanMs = roundMs((tokens * 1000) / perSecond)
  return spanErrorMs >= spanMs ? null : (perSecond * spanErrorMs) / spanMs
}

function toSpeed(perSecond: number, margin: number | null): Speed {
  return margin === null ? { kind: 'too-short' } : { kind: 'timed', perSecond, margin }
}

/** Several arrivals came with one read. */
function cameAtOnce(lane: LaneState): boolean {
  const { stream, firstMark, lastMark } = lane
  return stream && firstMark !== lastMark && firstMark?.at === lastMark?.at && !hasUntimedToolCall(lane)
}
