/**
 * A lane as a row, and a row as the summary that the API sends. Every figure comes from a fold of the tape, by
 * contracts' own functions, for a running race, a finished one and a recovered one alike.
 */
import {
  areAskedAlike,
  isSentEstimated,
  type LaneSummary,
  laneStatus,
  type RaceState,
  type TimeSlip,
  toAskedWith,
  toSentTokens,
  toTimeSlip,
} from '@drag-race/contracts'
import type { LanesTable } from './schema.ts'

export function toLaneRows(raceId: string, state: RaceState): LanesTable[] {
  return state.lanes.map((lane) => {
    const slip = toTimeSlip(lane, state.at)
    const standing = state.end?.standings.find((standing) => standing.lane === lane.lane)
    const status = laneStatus(lane)
    return {
      race_id: raceId,
      lane: lane.lane,
      model: lane.model,
      provider: lane.provider,
      simulated: lane.simulated ? 1 : 0,
      sentinel: lane.sentinel ? 1 : 0,
      stream: lane.stream ? 1 : 0,
      asked_like: toAskedLike(state, lane.lane),
      place: standing?.place ?? null,
      dead_heat: standing?.deadHeat ? 1 : 0,
      outcome: status === 'waiting' ? 'running' : status,
      error_code: lane.outcome?.kind === 'failed' ? lane.outcome.event.code : null,
      answer: lane.answer,
      reasoning: lane.reasoning,
      ttft_ms: slip.ttftMs,
      total_ms: slip.totalMs,
      elapsed_ms: slip.elapsedMs,
      decode_tps: slip.decodeTokensPerSecond,
      output_tokens: slip.outputTokens,
      sent_tokens: toSentTokens(slip),
      is_estimated: isSentEstimated(slip) ? 1 : 0,
      cost_usd: slip.costUsd,
      slip_json: JSON.stringify(slip),
    }
  })
}

function toAskedLike({ request }: RaceState, lane: number): number {
  const asked = request && toAskedWith(request, lane)
  if (!asked) return lane
  return request.lanes.findIndex((_, other) => areAskedAlike(asked, toAskedWith(request, other) ?? asked))
}

/** The columns that a summary needs: the long texts stay in the database, and every figure is in the slip. */
export const laneSummaryColumns = [
  'race_id',
  'lane',
  'model',
  'provider',
  'simulated',
  'sentinel',
  'stream',
  'place',
  'dead_heat',
  'outcome',
  'error_code',
  'slip_json',
] as const satisfies (keyof LanesTable)[]
export type LaneSummaryRow = Pick<LanesTable, (typeof laneSummaryColumns)[number]>

export function toLaneSummary(row: LaneSummaryRow): LaneSummary {
  return {
    lane: row.lane,
    model: row.model,
    provider: row.provider,
    simulated: row.simulated === 1,
    sentinel: row.sentinel === 1,
    stream: row.stream === 1,
    place: row.place,
    deadHeat: row.dead_heat === 1,
    outcome: row.outcome,
    errorCode: row.error_code,
    slip: JSON.parse(row.slip_json) as TimeSlip,
  }
}

/** By place, then by lane number. */
export function byArrival(a: LaneSummary, b: LaneSummary): number {
  return (a.place ?? Number.POSITIVE_INFINITY) - (b.place ?? Number.POSITIVE_INFINITY) || a.lane - b.lane
}
