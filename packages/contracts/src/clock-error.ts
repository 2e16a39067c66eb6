/**
 * The error of our clock, lane by lane: the tape compared with the simulator's ledger. Both use the one monotonic clock
 * of the machine, so every difference comes from the way there, the gateway, the way back, and the reading thread's
 * lateness. Nothing arrives before it is written, so no error is below zero, except by the tape's grain of 0.01 ms.
 */
import type { LaneState, Mark } from './race-state.ts'
import type { SimulatorLedger } from './simulator-ledger.ts'

/** Two stamps of the tape, each rounded to 0.01 ms. */
const grainMs = 0.02

/** Milliseconds. */
export interface LaneErrors {
  /** The lane's request left → the simulator had read it. */
  requestMs: number
  /** Each arrival of text: its stamp minus the moment at which the simulator wrote it. */
  tokensMs: number[]
  /**
   * TTFT as measured minus the simulator's own: `requestMs` + the first of `tokensMs`. null without streaming or a
   * token.
   */
  ttftMs: number | null
  /** Total as measured minus the simulator's own; null unless the lane was done. */
  totalMs: number | null
}

/** Where a gateway has regrouped the text, only the first token and the end are matched. */
export interface RoadErrors extends Omit<LaneErrors, 'tokensMs'> {
  tokensMs: number[] | null
}

/** null when lane and ledger do not belong together (`toRoadErrors`), or differ in the count of chunks. */
export function toLaneErrors(
  lane: LaneState,
  greenLightNs: bigint,
  ledger: SimulatorLedger,
): LaneErrors | null {
  const errors = toRoadErrors(lane, greenLightNs, ledger)
  return errors && errors.tokensMs !== null ? { ...errors, tokensMs: errors.tokensMs } : null
}

/**
 * null for a lane that never left, and where something arrived before it was sent: the simulator is on another machine,
 * whose clock is not ours, or the answer came from a gateway's cache.
 */
export function toRoadErrors(
  lane: LaneState,
  greenLightNs: bigint,
  ledger: SimulatorLedger,
): RoadErrors | null {
  if (lane.startAt === null) return null
  const done = lane.outcome?.kind === 'done' ? lane.outcome.event : null
  // A lane that is done has all chunks that were written; one that was cut has some of them.
  const fits = done ? ledger.chunks.length === lane.chunks : ledger.chunks.length >= lane.chunks

  const sinceLight = (ns: string) => Number(BigInt(ns) - greenLightNs) / 1e6
  const requestMs = sinceLight(ledger.acceptedAtNs) - lane.startAt
  const written = ledger.chunks.map(({ writtenAtNs }) => sinceLight(writtenAtNs))
  const first = lane.firstMark && written[0] !== undefined ? lane.firstMark.at - written[0] : null
  const tokensMs = fits ? toStamps(lane.lastMark, lane.chunks).map((at, index) => at - written[index]!) : null
  if ([requestMs, first ?? 0, ...(tokensMs ?? [])].some((ms) => ms < -grainMs)) return null
  return {
    requestMs,
    tokensMs,
    ttftMs: lane.stream && first !== null ? requestMs + first : null,
    totalMs:
      done && ledger.endedAtNs !== null
        ? done.totalMs - (sinceLight(ledger.endedAtNs) - sinceLight(ledger.acceptedAtNs))
        : null,
  }
}

/**
 * The error of each token as a finish line: from the lane's request to its arrival, minus the simulator's own time for
 * it. TTFT is the first of them.
 */
export function toCrossingErrors({ requestMs, tokensMs }: LaneErrors): number[] {
  return tokensMs.map((ms) => requestMs + ms)
}

/** Oldest first. */
function toStamps(last: Mark | null, count: number): number[] {
  const stamps = new Array<number>(count)
  let index = count
  for (let mark = last; mark; mark = mark.previous) stamps[--index] = mark.at
  return stamps
}
