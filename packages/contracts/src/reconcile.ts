/**
 * Compares the tape with the gateway's own report of the same calls: both figures, and their difference.
 *
 * The gateway's clock starts when a request has arrived and stops when it has read the answer; the lane's starts before
 * and stops after. So a lane's times are longer by the way there and back, and by the gateway's work on the answer:
 *
 *   −margin ≤ tape − gateway ≤ margin + network
 *
 * The network's part is what opening the lane's connection took: the way there and back, once or twice. Differences
 * outside these limits are flagged. Tokens have no tolerance. Where no usage came, each side has counted by itself, the
 * gateway chunks or letters and the tape by a tokenizer: both are shown with ≈, and not compared.
 */
import type { GatewayRow } from './gateway-stats.ts'
import type { LaneState } from './race-state.ts'
import { roundMs } from './round-ms.ts'
import { toTimeSlip } from './time-slip.ts'

export interface Comparison {
  what: 'TTFT' | 'duration' | 'tokens in' | 'tokens out' | 'calls'
  unit: 'ms' | 'count'
  tape: number | null
  gateway: number | null
  /** `tape − gateway`; null unless both are known. */
  difference: number | null
  /** The difference is more than clock and network explain. */
  isOff: boolean
  /** Both counts are tokenizers' (≈). */
  isEstimated: boolean
}

/**
 * A lane compared with the report of its own call; null without a report. `marginMs` is how far our clock can be off in
 * this race (`errorBoundMs`); where it was not measured (null) no time is flagged.
 */
export function reconcileLane(lane: LaneState, marginMs: number | null): Comparison[] | null {
  if (lane.outcome?.kind !== 'done' || !lane.outcome.event.gateway) return null
  const { gateway, totalMs } = lane.outcome.event
  const tolerance = { marginMs, networkMs: networkOf(lane) }
  return [
    ...(lane.stream ? [compareTimes('TTFT', lane.ttftMs, gateway.ttftMs, tolerance)] : []),
    compareTimes('duration', totalMs, gateway.durationMs, tolerance),
  ]
}

export interface ReconciledModel {
  model: string
  provider: string
  comparisons: Comparison[]
  /**
   * The gateway counted more calls of this model than the race made: others called too, and are in its figures.
   */
  hasOthers: boolean
}

/** The increase of the gateway's metrics during the race, compared with the lanes of each model; times are means. */
export function reconcileModels(
  added: readonly GatewayRow[],
  lanes: readonly LaneState[],
  marginMs: number | null,
): ReconciledModel[] {
  return added.flatMap((row) => {
    const own = lanes.filter((lane) => lane.model === row.model && servedBy(lane) === row.provider)
    return own.length === 0 ? [] : [reconcileModel(row, own, marginMs)]
  })
}

function reconcileModel(
  row: GatewayRow,
  lanes: readonly LaneState[],
  marginMs: number | null,
): ReconciledModel {
  const tolerance = { marginMs, networkMs: Math.max(...lanes.map(networkOf)) }
  const hasOthers = row.requests > lanes.length
  const slips = lanes.map((lane) => toTimeSlip(lane))
  // Only the gateway knows the billed tokens of a lane that failed or was stopped.
  const done = lanes.flatMap(({ outcome }) => (outcome?.kind === 'done' ? [outcome.event] : []))
  const areAllDone = done.length === lanes.length
  const isEstimated = done.some(({ usage }) => usage.source === 'tokenizer')
  const tokens = (of: 'inputTokens' | 'outputTokens') =>
    areAllDone ? done.reduce((sum, { usage }) => sum + usage[of], 0) : null
  const times = (what: 'TTFT' | 'duration', values: (number | null)[], gateway: number | null) =>
    compareTimes(what, areAllDone ? mean(values) : null, gateway, tolerance)
  const all = [
    compareCounts('calls', lanes.length, row.requests),
    compareCounts('tokens in', tokens('inputTokens'), row.inputTokens, isEstimated),
    compareCounts('tokens out', tokens('outputTokens'), row.outputTokens, isEstimated),
    times(
      'TTFT',
      slips.map(({ ttftMs }) => ttftMs),
      row.ttftMs,
    ),
    times(
      'duration',
      slips.map(({ totalMs }) => totalMs),
      row.durationMs,
    ),
  ]
  const comparisons = all.filter(({ tape, gateway }) => tape !== null || gateway !== null)
  return {
    model: row.model,
    provider: row.provider,
    hasOthers,
    // With the calls of others in it, a difference says nothing about this race.
    comparisons: hasOthers ? comparisons.map((each) => ({ ...each, isOff: false })) : comparisons,
  }
}

function servedBy({ outcome, provider }: LaneState): string | null {
  // The report of a call that was refused before any attempt names no provider.
  return outcome?.event.gateway?.provider || provider
}

function networkOf({ outcome }: LaneState): number {
  return outcome?.kind === 'done' ? (outcome.event.arrival?.connectMs ?? 0) : 0
}

interface Tolerance {
  marginMs: number | null
  networkMs: number
}

function compareTimes(
  what: 'TTFT' | 'duration',
  tape: number | null,
  gateway: number | null,
  { marginMs, networkMs }: Tolerance,
): Comparison {
  const difference = minus(tape, gateway)
  const isOff =
    difference !== null &&
    marginMs !== null &&
    (difference < -marginMs || difference > roundMs(marginMs + networkMs))
  return { what, unit: 'ms', tape, gateway, difference, isOff, isEstimated: false }
}

function compareCounts(
  what: 'tokens in' | 'tokens out' | 'calls',
  tape: number | null,
  gateway: number | null,
  isEstimated = false,
): Comparison {
  const difference = isEstimated ? null : minus(tape, gateway)
  const isOff = difference !== null && difference !== 0
  return { what, unit: 'count', tape, gateway, difference, isOff, isEstimated }
}

function minus(tape: number | null, gateway: number | null): number | null {
  return tape === null || gateway === null ? null : roundMs(tape - gateway)
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.flatMap((value) => value ?? [])
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value) / known.length
}
