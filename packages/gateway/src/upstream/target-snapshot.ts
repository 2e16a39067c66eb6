/** How the targets stand, as plain values for people who look after the gateway. */
import { toMs } from '../call.ts'
import type { TargetState, TargetStates } from './target-states.ts'

export interface TargetSnapshot {
  /** The model's name in the config. */
  target: string
  provider: string
  model: string
  breaker: 'closed' | 'open' | 'half-open'
  /** While the breaker is closed; 0 otherwise. */
  failuresInARow: number
  /** Until an open breaker lets a probe through; 0 when it is closed. */
  msUntilProbe: number
  /** Attempts that run now. */
  pending: number
  /** Moving average of the time to first token; null before the first. */
  firstTokenMs: number | null
}

/** Of every target that a call has gone to. */
export function toTargetSnapshots(states: Pick<TargetStates, 'list'>): TargetSnapshot[] {
  return states.list().map(toSnapshot)
}

function toSnapshot({ target, breaker, latency, msUntilProbe }: TargetState): TargetSnapshot {
  return {
    target: target.name,
    provider: target.provider,
    model: target.upstreamModel,
    breaker: breaker.state,
    failuresInARow: breaker.state === 'closed' ? breaker.failuresInARow : 0,
    msUntilProbe: toMs(msUntilProbe()),
    pending: latency.pending,
    firstTokenMs: latency.firstTokenMs === null ? null : toMs(latency.firstTokenMs),
  }
}
