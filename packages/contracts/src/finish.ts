/**
 * The three finish lines that a race can be run by: each says which time decides. The error of the race's clock says how
 * wide a tie is.
 */
import { errorBoundMs } from './error-bound.ts'
import type { FinishLine } from './race-request.ts'
import { type LaneState, laneStatus, type Mark, type RaceState } from './race-state.ts'
import { roundMs } from './round-ms.ts'
import { type Entrant, rank, type Standing, toVerdict, type Verdict } from './standings.ts'
import { toTimeSlip, whenTokens } from './time-slip.ts'

/**
 * The standings of a race by its own finish line, from whatever is on the tape so far. Lanes within `errorMs`
 * (`errorBoundMs`) of each other share a place; null: the clock was not measured, and only equal times do.
 */
export function toStandings(state: RaceState, finish: FinishLine, errorMs: number | null): Standing[] {
  return rank(toEntrants(state.lanes, finish, errorMs))
}

/**
 * Who won a finished race; null while it runs. Uses the standings that are on the tape. Nobody wins a race that was
 * interrupted by the end of the app, because a lane that was cut off has not lost.
 */
export function raceVerdict(state: RaceState): Verdict | null {
  if (!state.end || !state.request) return null
  if (state.end.reason === 'interrupted') return { kind: 'no-contest', why: 'interrupted' }
  return toVerdict(
    state.end.standings,
    toEntrants(state.lanes, state.request.finish, errorBoundMs(state.end)),
  )
}

/** A sentinel lane watches the clock, and is not ranked. */
function toEntrants(lanes: readonly LaneState[], finish: FinishLine, errorMs: number | null): Entrant[] {
  const entered = lanes.filter(({ sentinel }) => !sentinel)
  return entered.map((lane) => ({
    lane: lane.lane,
    value: crossedMs(lane, finish),
    // A lane that was stopped before it left has run for no time.
    censoredAt: laneStatus(lane) === 'stopped' ? (toTimeSlip(lane).elapsedMs ?? 0) : null,
    margin: errorMs ?? 0,
  }))
}

/**
 * When the lane crossed the line, in milliseconds from its own start; null while or if it did not. Crossing counts even
 * if the lane fails later, except at `done`, which is the end of a whole answer.
 */
export function crossedMs(lane: LaneState, finish: FinishLine): number | null {
  if (lane.startAt === null) return null
  if (finish === 'done') return toTotal(lane)
  const at = finish === 'first-token' ? lane.firstMark?.at : whenCrossed(lane, finish.tokens)
  return at === undefined ? null : roundMs(at - lane.startAt)
}

/**
 * Crossings that were found, so that each is looked for once: the screen asks at every frame, and a lane can have
 * 20,000 arrivals to go through. The key is the lane's first arrival, which all its later states share.
 */
const crossings = new WeakMap<Mark, { tokens: number; at: number }>()

function whenCrossed({ firstMark, lastMark }: LaneState, tokens: number): number | undefined {
  if (!firstMark || !lastMark || lastMark.tokens < tokens) return undefined
  const known = crossings.get(firstMark)
  if (known?.tokens === tokens) return known.at
  const at = whenTokens(lastMark, tokens)
  if (at !== undefined) crossings.set(firstMark, { tokens, at })
  return at
}

function toTotal(lane: LaneState): number | null {
  return lane.outcome?.kind === 'done' ? lane.outcome.event.totalMs : null
}
