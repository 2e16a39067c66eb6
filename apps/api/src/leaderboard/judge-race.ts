/**
 * What one race contributes to a leaderboard: which of its lanes are compared, and which was first. A race that is no
 * contest is left out, with the reason in words.
 */
import {
  betterBy,
  type Entrant,
  type LaneSummary,
  type LeaderboardQuery,
  type Measure,
  type MeasuredLane,
  type RaceStatus,
  rank,
  toMeasuredEntrant,
  toVerdict,
} from '@drag-race/contracts'

export interface RaceRow {
  id: string
  startedAtMs: number
  category: string | null
  status: RaceStatus
  /** How far its times may be off: the margin, and for a disturbed race its lag on top; null when not measured. */
  marginMs: number | null
  /** Its sockets were read later than the margin of its clock allows. */
  isDisturbed: boolean
  coldStart: boolean
  isImported: boolean
  /** By lane number, without sentinels. */
  lanes: LaneRow[]
}

export interface LaneRow {
  lane: number
  model: string
  provider: string | null
  simulated: boolean
  stream: boolean
  /** Lanes of a race with the same number were asked with the same settings and system prompt. */
  askedLike: number
  outcome: LaneSummary['outcome']
  ttftMs: number | null
  totalMs: number | null
  elapsedMs: number | null
  decodeTokensPerSecond: number | null
  sentTokens: number
  outputTokens: number | null
  /** Its speed was calculated with tokens that our tokenizer counted. */
  isEstimated: boolean
  costUsd: number | null
}

export interface Entry {
  row: LaneRow
  isFirst: boolean
  /** Its figure and margin, to compare it with another lane. */
  entrant: Entrant
}

export type Judgement = { counts: true; entries: Entry[] } | { counts: false; why: string }

export function judgeRace(race: RaceRow, { by, stream }: Pick<LeaderboardQuery, 'by' | 'stream'>): Judgement {
  const why = whyNotCounted(race)
  if (why) return leftOut(why)
  const able = lanesMeant(race, stream).filter((row) => canEnter(row, by, race.marginMs))
  if (modelsOf(able) < 2) return leftOut(tooFew[by])
  const rows = able.filter((row) => by === 'total' || row.outcome !== 'stopped')
  if (modelsOf(rows) < 2) return leftOut('the others were stopped: only the total time tells who was slower')

  const entrants = rows.map((row) => toMeasuredEntrant(toMeasuredLane(row), by, race.marginMs))
  const standings = rank(entrants, betterBy[by])
  const verdict = toVerdict(standings, entrants, betterBy[by])
  if (verdict.kind === 'no-contest') return leftOut(verdict.why)

  const first = verdict.kind === 'win' ? [verdict.lane] : verdict.lanes
  const bestValue = standings[0]!.value!
  const entries = rows.flatMap((row, index): Entry[] => {
    const entrant = entrants[index]!
    return wasJudged(entrant, bestValue) ? [{ row, entrant, isFirst: first.includes(row.lane) }] : []
  })
  // Without the lanes that were stopped too early to be beaten, only lanes of one model may be left.
  if (modelsOf(entries.map(({ row }) => row)) < 2) return leftOut('the others were stopped early')
  return { counts: true, entries }
}

/** Why a race is left out of every statistic, whatever its lanes did; null when it is not. */
export function whyNotCounted({ status, coldStart, isImported }: RaceRow): string | null {
  if (isImported) return "imported: another machine's clock took the times"
  if (status === 'running') return 'still running'
  if (status === 'interrupted') return 'interrupted: the app ended before the race did'
  if (coldStart) return 'cold start: opening the connections was part of the times'
  return null
}

/** Were these lanes asked with different settings or system prompts? Then their times depend on these too. */
export function areAskedDifferently(rows: readonly LaneRow[]): boolean {
  return new Set(rows.map(({ askedLike }) => askedLike)).size > 1
}

/** The lanes that the streaming filter selects. */
export function lanesMeant(race: RaceRow, stream: LeaderboardQuery['stream']): LaneRow[] {
  return race.lanes.filter((row) => stream === undefined || row.stream === (stream === 'on'))
}

const tooFew: Record<Measure, string> = {
  total: 'fewer than two different models',
  ttft: 'fewer than two different models that streamed',
  decode: 'fewer than two different models whose speed could be timed',
  cost: 'fewer than two different models whose price is known',
}

/**
 * Can this lane be compared by this measure at all? A failed lane can: it lost (by TTFT and decode speed only if it
 * streamed). A lane that was answered but has no such figure cannot, because it did not lose: it did not stream, its
 * span was too short for the clock, or its price is not known.
 */
function canEnter(row: LaneRow, by: Measure, marginMs: number | null): boolean {
  switch (by) {
    case 'total':
      return true
    case 'ttft':
      return row.stream
    case 'decode':
      return row.stream && !(isDone(row) && toTimedSpeed(row, marginMs) === null)
    case 'cost':
      return !(isDone(row) && row.costUsd === null)
  }
}

export function isDone({ outcome }: LaneRow): boolean {
  return outcome === 'done'
}

/** Tokens a second; null also where the span is no longer than the error of the clock. */
export function toTimedSpeed(row: LaneRow, marginMs: number | null): number | null {
  return toMeasuredEntrant(toMeasuredLane(row), 'decode', marginMs).value
}

/** A stopped lane was beaten if it had run as long as the winner took; otherwise it is as if it had never started. */
function wasJudged({ censoredAt }: Entrant, bestValue: number): boolean {
  return censoredAt == null || censoredAt >= bestValue
}

export function toMeasuredLane(row: LaneRow): MeasuredLane {
  return {
    lane: row.lane,
    totalMs: row.totalMs,
    ttftMs: row.ttftMs,
    decodeTokensPerSecond: row.decodeTokensPerSecond,
    costUsd: row.costUsd,
    sentTokens: row.sentTokens,
    stoppedAfterMs: row.outcome === 'stopped' ? (row.elapsedMs ?? 0) : null,
    isDone: isDone(row),
  }
}

function modelsOf(rows: readonly LaneRow[]): number {
  return new Set(rows.map(({ model }) => model)).size
}

function leftOut(why: string): Judgement {
  return { counts: false, why }
}
