/**
 * The rows of a time slip: which figures a lane has, and their names. A figure that does not exist has no row; one that
 * was counted by us, hidden by the provider or measured by the gateway says so.
 */
import {
  type GatewayAttempt,
  type GatewayReport,
  isSentEstimated,
  type LaneState,
  type RaceRequest,
  type Speed,
  type TimeSlip,
  toAskedWith,
  toAskedWords,
  toDecode,
  toEndToEnd,
  toSentTokens,
  toTimeSlip,
} from '@drag-race/contracts'
import {
  toCost,
  toCount,
  toFineMs,
  toGap,
  toMargin,
  toMs,
  toMsWithin,
  toSeconds,
  toSpeed,
  toSpeedWithin,
  toWithin,
} from '../look/figures.ts'

export interface SlipRow {
  name: string
  /** A list is wrapped between its parts, and within a part only where that does not fit a line. */
  value: string | readonly string[]
}

/**
 * `errorMs` is how far a time of this race can be off (`errorBoundMs`); null when the clock was not measured. `request`
 * is that of the race; null while it runs.
 */
export function toSlipRows(lane: LaneState, errorMs: number | null, request: RaceRequest | null): SlipRow[] {
  const slip = toTimeSlip(lane)
  const about = slip.isEstimated ? '≈' : ''
  const rows: SlipRow[] = []
  const add = (name: string, value: string | null) => {
    if (value !== null) rows.push({ name, value })
  }
  /** Marked with ≈: our tokenizer says which arrival brought that token, whatever `usage` counts in the end. */
  const counted = (ms: number | null) => (ms === null ? null : `≈${toSeconds(ms, 3)} s`)
  const within = errorMs === null ? '' : ` ${toMargin(errorMs)}`
  const arrival = (ms: number | null) => (ms === null ? null : `${toSeconds(ms, 3)} s${within}`)
  const speed = (timed: Speed | null, isEstimated: boolean) =>
    timed && `${timed.kind === 'timed' && isEstimated ? '≈' : ''}${toSpeedWithin(timed)}`

  add('TTFT', slip.ttftMs === null ? null : toMsWithin(slip.ttftMs, errorMs))
  add('first answer', lane.stream && lane.reasoning !== '' ? arrival(slip.firstAnswerMs) : null)
  add('first 50 tok', withCount(counted(slip.first50TokensMs), slip, lane))
  add('half way', counted(slip.halfMs))
  // Both ends of a wait are arrivals, and each can be off by the error.
  const wait = (ms: number) => `${toFineMs(ms)} ms${toWithin(errorMs === null ? null : 2 * errorMs)}`
  add('longest wait', slip.gapMsMax === null ? null : wait(slip.gapMsMax))
  add('decode', speed(toDecode(lane, errorMs), isSentEstimated(slip)))
  add('end to end', speed(toEndToEnd(lane, errorMs), slip.isEstimated))
  const inward = slip.inputTokens === null ? '' : `, ${about}${toCount(slip.inputTokens)} in`
  add('tokens', `${about}${toCount(slip.outputTokens)} out${inward}`)
  add('counted by', toCountedBy(slip, lane))
  add('chunks', lane.stream ? toChunks(slip) : null)
  if (slip.reasoningTokens !== null && slip.reasoningTokens > 0) rows.push(toReasoningRow(slip))
  if (slip.cachedTokens !== null && slip.cachedTokens > 0) add('cached', `${toCount(slip.cachedTokens)} in`)
  add('ended by', lane.outcome?.kind === 'stopped' ? 'being stopped' : null)
  if (lane.outcome?.kind === 'done') {
    const { finishReason, gateway } = lane.outcome.event
    if (finishReason !== null && finishReason !== 'stop') add('ended by', finishReason)
    if (gateway) rows.push(...gatewayRows(gateway, lane))
    add('cost', toCostText(slip, gateway !== null))
  }
  const asked = request && toAskedWith(request, lane.lane)
  const words = asked === null ? [] : toAskedWords(asked)
  if (words.length > 0) rows.push({ name: 'asked with', value: words })
  return rows
}

/**
 * Our 50th token is not the provider's where the two count differently, as tokenizers do, by some tenths. From a fifth
 * on the figure says that it is by our count.
 */
function withCount(text: string | null, slip: TimeSlip, { tokens }: LaneState): string | null {
  const sent = toSentTokens(slip)
  if (text === null || slip.isEstimated || Math.abs(tokens - sent) <= 0.2 * sent) return text
  return `${text} by our count, ${toCount(tokens)} in all`
}

/**
 * No two tokenizers differ by a factor of two: where `usage` is more than double or less than half of our count, one of
 * the counts is wrong, and the speeds and the cost with it. Up to 20 tokens apart says nothing, because some providers
 * also count tokens around the text.
 */
function toCountedBy(slip: TimeSlip, { tokens }: LaneState): string {
  if (slip.isEstimated) return 'our tokenizer, ≈'
  const sent = toSentTokens(slip)
  const isFarOff = Math.max(sent, tokens) > 2 * Math.min(sent, tokens) && Math.abs(sent - tokens) > 20
  return isFarOff ? `its usage; we count ≈${toCount(tokens)}` : 'its usage'
}

/** Where a gateway reports no cost for a call without usage, the tape does not say which is missing, usage or price. */
function toCostText({ costUsd, isEstimated }: TimeSlip, hasReport: boolean): string {
  if (costUsd === null && isEstimated && hasReport) return 'usage or price unknown'
  return `${isEstimated && costUsd !== null && costUsd > 0 ? '≈' : ''}${toCost(costUsd)}`
}

/** `reasoning, hidden: 512 tok`, `reasoning, partly hidden: 3,197 tok, ≈10 came`. */
function toReasoningRow({ reasoningTokens, hasHiddenReasoning, shownReasoningTokens }: TimeSlip): SlipRow {
  const value = `${toCount(reasoningTokens)} tok`
  if (shownReasoningTokens != null) {
    return { name: 'reasoning, partly hidden', value: `${value}, ≈${toCount(shownReasoningTokens)} came` }
  }
  return { name: hasHiddenReasoning ? 'reasoning, hidden' : 'reasoning', value }
}

/** How many chunks came over the wire, and how many tokens each brought on average. */
function toChunks(slip: TimeSlip) {
  const { chunks } = slip
  if (chunks < 2) return null
  return `${toCount(chunks)}, ${isSentEstimated(slip) ? '≈' : ''}${toSpeed(toSentTokens(slip) / chunks)} tok each`
}

/** The gateway's side of the call. A model or provider other than the one asked for is always named. */
function gatewayRows({ ttftMs, attempts, model, provider }: GatewayReport, lane: LaneState): SlipRow[] {
  const rows: SlipRow[] = []
  if (ttftMs !== null) rows.push({ name: 'gateway TTFT', value: `${toMs(ttftMs)} ms` })
  if (attempts.length > 1) {
    rows.push({ name: 'attempts', value: toAttempts(attempts) })
  }
  const served = toServedBy({ attempts, model, provider }, lane)
  if (served !== '') rows.push({ name: 'served by', value: served })
  return rows
}

/** `site-a (llama, custom)`: two servers of one provider differ only in the gateway's names for them. */
function toServedBy(
  { attempts, model, provider }: Pick<GatewayReport, 'attempts' | 'model' | 'provider'>,
  lane: LaneState,
): string {
  const target = attempts.at(-1)?.target
  if (target && target !== lane.model) return `${target} (${model}, ${provider})`
  return [model !== lane.model && model, provider !== lane.provider && provider].filter(Boolean).join(', ')
}

/** In order, with the waits between them: `fast http_429`, `waited 0.20 s`, `fast stream_cut ($0.00004)`, `sure ok`. */
export function toAttempts(attempts: readonly GatewayAttempt[]): string[] {
  return attempts.flatMap(toAttempt)
}

/** A failed attempt that cost something says how much. */
function toAttempt({ target, outcome, costUsd, waitMs }: GatewayAttempt): string[] {
  const wait = waitMs > 0 ? [`waited ${toGap(waitMs)}`] : []
  const cost = outcome !== 'ok' && costUsd != null ? ` (${toCost(costUsd)})` : ''
  return [...wait, `${target ? `${target} ` : ''}${outcome}${cost}`]
}
