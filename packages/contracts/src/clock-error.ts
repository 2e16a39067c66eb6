/**
 * The error of our clock, lane by lane: what the tape says laid beside what the simulator knows. Both stand on the one
 * monotonic clock of the machine, so every difference is the road's and ours: the way there, the gateway, the way back,
 * and the reading thread's lateness. Nothing is written before it is due, and nothing arrives before it is written, so
 * no error is below zero but by the tape's grain of 0.01 ms.
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
  /** TTFT as measured minus the simulator's own: `requestMs` + the first of `tokensMs`. null without streaming or a token. */
  ttftMs: number | null
  /** Total as measured minus the simulator's own; null unless the lane was done. */
  totalMs: number | null
}

/**
 * null when the two do not belong together or cannot be laid side by side: a lane that never left, another count of
 * chunks (a gateway between cuts the text anew), or a simulator on another machine, whose clock is not ours: something
 * then arrives before it was sent.
 */
export function toLaneErrors(
  lane: LaneState,
  greenLightNs: bigint,
  ledger: SimulatorLedger,
): LaneErrors | null {
  if (lane.startAt === null) return null
  const done = lane.outcome?.kind === 'done' ? lane.outcome.event : null
  // A lane that was cut has not seen all that was written; one that is done has.
  const fits = done ? ledger.chunks.length === lane.chunks : ledger.chunks.length >= lane.chunks
  if (!fits) return null

  const sinceLight = (ns: string) => Number(BigInt(ns) - greenLightNs) / 1e6
  const requestMs = sinceLight(ledger.acceptedAtNs) - lane.startAt
  const tokensMs = toStamps(lane.lastMark, lane.chunks).map(
    (at, index) => at - sinceLight(ledger.chunks[index]!.writtenAtNs),
  )
  if ([requestMs, ...tokensMs].some((ms) => ms < -grainMs)) return null
  const [first] = tokensMs
  return {
    requestMs,
    tokensMs,
    ttftMs: lane.stream && first !== undefined ? requestMs + first : null,
    totalMs:
      done && ledger.endedAtNs !== null
        ? done.totalMs - (sinceLight(ledger.endedAtNs) - sinceLight(ledger.acceptedAtNs))
        : null,
  }
}

/**
 * The error of each token as a finish line: from the lane's request to its arrival, minus the simulator's own time for it.
 * TTFT is the first of them.
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
