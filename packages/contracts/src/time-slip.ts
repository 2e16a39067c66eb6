/**
 * A lane's figures, from its part of the tape: running ones while it runs, final ones when it is done. The same
 * function serves screen, history and leaderboard. Milliseconds count from the lane's own start.
 */
import type { LaneStartKind, LaneState, Mark } from './race-state.ts'
import { roundMs } from './round-ms.ts'

export interface TimeSlip {
  /** null until the lane has left; missing in slips that are older than this field. */
  start?: LaneStartKind | null
  /** Request to first token of any kind; null without streaming. */
  ttftMs: number | null
  /** Request to first text on the screen, also when the whole answer came at once. */
  firstTextMs: number | null
  /** Request to first answer token (TTFA): later than `ttftMs` when the model reasons first. */
  firstAnswerMs: number | null
  /** Request to the end of the answer; null unless the lane is done. */
  totalMs: number | null
  /** Request to the last thing known of this lane: its end, or its newest event. */
  elapsedMs: number | null
  /** When half of the text's tokens had arrived; streaming lanes only. */
  halfMs: number | null
  /** When token 50 had arrived; null when there were fewer. */
  first50TokensMs: number | null
  inputTokens: number | null
  outputTokens: number
  reasoningTokens: number | null
  cachedTokens: number | null
  /** Counted by a tokenizer, not by the provider: shown with ≈. */
  isEstimated: boolean
  /** Reasoning tokens were billed but never sent: all of them, or a part. */
  hasHiddenReasoning: boolean
  /**
   * The tokens that came of reasoning that is hidden in part, by our tokenizer (≈); null where all of it came, or none.
   * Missing in slips that are older than this field.
   */
  shownReasoningTokens?: number | null
  /**
   * (tokens that were sent − 1) / (last token − first token), per second; null with fewer than two arrivals.
   * Hidden reasoning is left out: it was generated before the first token and would make the stream look faster.
   * null also on tapes without the times of tool calls, whose tokens are counted all the same.
   */
  decodeTokensPerSecond: number | null
  /** Output tokens / total, per second; while running, tokens so far / elapsed. */
  endToEndTokensPerSecond: number | null
  /** Network arrivals of text and tool calls: not tokens. */
  chunks: number
  /**
   * Longest wait between two arrivals, and for a lane that did not end by itself, from the last one to its end. null
   * where a whole answer came at once.
   */
  gapMsMax: number | null
  costUsd: number | null
  /**
   * How the answer ended, as the provider says it; null where it does not. Missing in slips that are older than this
   * field.
   */
  finishReason?: string | null
  splits: Splits
}

/**
 * One lane from light to close. Milliseconds from its own start; null when it never came, or the tape is older than
 * this.
 */
export interface Splits {
  /** From the green light to this lane's start: its skew. */
  dispatchMs: number | null
  headersMs: number | null
  firstByteMs: number | null
  firstReasoningMs: number | null
  firstAnswerMs: number | null
  /** Half of its tokens (≈); streaming lanes only, as in `halfMs`. */
  halfMs: number | null
  lastTokenMs: number | null
  closeMs: number | null
}

/** `nowMs` is the race's clock (`at` of the newest event, or later) and only moves `elapsedMs` of a running lane. */
export function toTimeSlip(lane: LaneState, nowMs = 0): TimeSlip {
  const known = slips.get(lane)
  if (known) return known
  const slip = measure(lane, nowMs)
  if (lane.outcome) slips.set(lane, slip)
  return slip
}

/** The slip of a lane that is over does not change, is asked for often, and takes a walk over up to 20,000 arrivals. */
const slips = new WeakMap<LaneState, TimeSlip>()

function measure(lane: LaneState, nowMs: number): TimeSlip {
  const since = (at: number | undefined) =>
    lane.startAt === null || at === undefined ? null : roundMs(at - lane.startAt)
  const done = lane.outcome?.kind === 'done' ? lane.outcome.event : null
  const usage = done?.usage
  const outputTokens = usage?.outputTokens ?? lane.tokens
  const reasoningTokens = usage?.reasoningTokens ?? null
  const billed = reasoningTokens ?? 0
  const isInPart = isHiddenInPart(lane, billed)
  const hasHiddenReasoning = isInPart || (billed > 0 && lane.reasoning === '')
  const shownReasoningTokens = isInPart ? lane.reasoningTokens : null
  const sent = toSentTokens({ outputTokens, reasoningTokens, hasHiddenReasoning, shownReasoningTokens })
  const endAt = lane.outcome?.event.at
  const elapsedMs = since(endAt ?? Math.max(nowMs, lane.lastMark?.at ?? lane.startAt ?? 0))
  const totalMs = done?.totalMs ?? null
  const splits = toSplits(lane, since)
  return {
    start: lane.start,
    ttftMs: lane.ttftMs,
    firstTextMs: since(firstText(lane)),
    firstAnswerMs: splits.firstAnswerMs,
    totalMs,
    elapsedMs,
    halfMs: splits.halfMs,
    first50TokensMs: lane.stream ? since(lane.mark50?.at) : null,
    inputTokens: usage?.inputTokens ?? null,
    outputTokens,
    reasoningTokens,
    cachedTokens: usage?.cachedTokens ?? null,
    isEstimated: usage?.source !== 'usage',
    hasHiddenReasoning,
    shownReasoningTokens,
    decodeTokensPerSecond: toDecodeSpeed(lane, sent),
    endToEndTokensPerSecond: perSecond(outputTokens, totalMs ?? elapsedMs),
    chunks: lane.chunks,
    gapMsMax: longestGap(lane, done ? undefined : endAt),
    costUsd: done?.costUsd ?? null,
    finishReason: done?.finishReason ?? null,
    splits,
  }
}

/**
 * `decodeTokensPerSecond` of a slip, for `sent` tokens. Does not walk over the arrivals, because the screen asks for it
 * at every frame of a running lane.
 */
export function toDecodeSpeed(lane: LaneState, sent = lane.tokens): number | null {
  return hasUntimedToolCall(lane) ? null : perSecond(sent - 1, span(lane.firstMark, lane.lastMark))
}

/** Output tokens without those of hidden reasoning, of which some providers count more than of output. */
export function toSentTokens({
  outputTokens,
  reasoningTokens,
  hasHiddenReasoning,
  shownReasoningTokens,
}: Pick<
  TimeSlip,
  'outputTokens' | 'reasoningTokens' | 'hasHiddenReasoning' | 'shownReasoningTokens'
>): number {
  return hasHiddenReasoning
    ? Math.max(0, outputTokens - (reasoningTokens ?? 0)) + (shownReasoningTokens ?? 0)
    : outputTokens
}

/** Whether counts of our tokenizer are in `toSentTokens`, so that a speed made of them has ≈. */
export function isSentEstimated({
  isEstimated,
  shownReasoningTokens,
}: Pick<TimeSlip, 'isEstimated' | 'shownReasoningTokens'>): boolean {
  return isEstimated || shownReasoningTokens != null
}

/**
 * Whether more reasoning was billed than came as text, as where only a summary is shown. Tokenizers differ by up to a
 * third on the same text, and on short texts by more, so it must be more than half as many again, and more than twenty
 * tokens.
 */
function isHiddenInPart({ reasoning, reasoningTokens: shown }: LaneState, billed: number): boolean {
  return reasoning !== '' && billed > 1.5 * shown && billed > shown + 20
}

function toSplits(lane: LaneState, since: (at: number | undefined) => number | null): Splits {
  const arrival = lane.outcome?.event.arrival
  return {
    dispatchMs: lane.startAt,
    headersMs: arrival?.headersMs ?? null,
    firstByteMs: arrival?.firstByteMs ?? null,
    firstReasoningMs: since(lane.firstReasoningMark?.at),
    firstAnswerMs: since(lane.firstAnswerMark?.at),
    halfMs: lane.stream ? since(whenTokens(lane.lastMark, lane.tokens / 2)) : null,
    lastTokenMs: since(lane.lastMark?.at),
    closeMs: arrival?.closeMs ?? null,
  }
}

/** On tapes older than `tool-call` tokens, tool calls were counted by `usage`, but have no times. */
export function hasUntimedToolCall({ outcome, hasToolCall }: LaneState): boolean {
  return !hasToolCall && outcome?.kind === 'done' && outcome.event.finishReason === 'tool_calls'
}

function firstText(lane: LaneState): number | undefined {
  const reasoning = lane.firstReasoningMark?.at
  const answer = lane.firstAnswerMark?.at
  return reasoning === undefined || answer === undefined ? (reasoning ?? answer) : Math.min(reasoning, answer)
}

/** The race's clock when this many estimated tokens had arrived; undefined when there were fewer. */
export function whenTokens(last: Mark | null, tokens: number): number | undefined {
  let found: number | undefined
  for (let mark = last; mark && mark.tokens >= tokens; mark = mark.previous) found = mark.at
  return found
}

function longestGap({ longestGapMs, lastMark }: LaneState, brokenOffAt: number | undefined): number | null {
  const atEnd = lastMark && brokenOffAt !== undefined ? brokenOffAt - lastMark.at : null
  const longest = longestGapMs === null ? atEnd : Math.max(longestGapMs, atEnd ?? 0)
  // Several arrivals of one read have no waits between them.
  return longest === null || (longest === 0 && brokenOffAt === undefined) ? null : roundMs(longest)
}

function span(first: Mark | null, last: Mark | null): number | null {
  return first && last ? last.at - first.at : null
}

/** null when the count or the time is zero. */
export function perSecond(count: number, ms: number | null): number | null {
  return ms !== null && ms > 0 && count > 0 ? (count * 1000) / ms : null
}
