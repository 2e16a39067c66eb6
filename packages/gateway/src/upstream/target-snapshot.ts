/** The state of the targets, as plain values for those who operate the gateway. */

import type { Clock } from '../clock.ts'
import { roundMs } from '../round-ms.ts'
import type { Catalogue } from '../routing/catalogue.ts'
import type { TargetState, TargetStates } from './target-states.ts'

export interface TargetSnapshot {
  /** The model's name in the config. */
  target: string
  provider: string
  model: string
  breaker: 'closed' | 'open' | 'half-open'
  /** Counted while the breaker is closed; 0 otherwise. */
  failuresInARow: number
  /** The time until an open breaker lets a probe through; 0 when it is closed. */
  msUntilProbe: number
  /** The same as a date, ISO 8601; null unless the breaker is open. */
  openUntil: string | null
  /** Attempts that run now. */
  pending: number
  /** Moving average of the time to a stream's first token, over those that had one; null before the first. */
  firstTokenMs: number | null
  /** The same for the time to the answer of calls that do not stream. */
  answerMs: number | null
  /** What `leastLatency` compares: the same two, with 10,000 ms for each failure; null before there is either. */
  routingMs: { firstToken: number | null; answer: number | null }
  /** Retries that its budget would still allow now. */
  retriesLeft: number
}

export interface SnapshotParts {
  catalogue: Pick<Catalogue, 'list'>
  states: Pick<TargetStates, 'peek' | 'list'>
  clock: Clock
}

/**
 * One for every model that can be called, also if it never was: those of the config in its order, then the discovered
 * ones; last those that are no longer in the config but still have calls running.
 */
export function toTargetSnapshots({ catalogue, states, clock }: SnapshotParts): TargetSnapshot[] {
  const callable = catalogue
    .list()
    .flatMap(({ route }) => (route.state === 'available' ? states.peek(route.target) : []))
  const leaving = states.list().filter((state) => !callable.includes(state))
  return [...callable, ...leaving].map((state) => toSnapshot(state, clock))
}

function toSnapshot(state: TargetState, clock: Clock): TargetSnapshot {
  const { target, breaker, latency, retries } = state
  const msUntilProbe = roundMs(state.msUntilProbe())
  return {
    target: target.name,
    provider: target.provider,
    model: target.upstreamModel,
    breaker: breaker.state,
    failuresInARow: breaker.state === 'closed' ? breaker.failuresInARow : 0,
    msUntilProbe,
    openUntil:
      breaker.state === 'open' ? new Date(clock.date().getTime() + msUntilProbe).toISOString() : null,
    pending: latency.pending,
    firstTokenMs: toRoundMs(latency.firstToken.ms),
    answerMs: toRoundMs(latency.answer.ms),
    routingMs: {
      firstToken: toRoundMs(latency.firstToken.routingMs),
      answer: toRoundMs(latency.answer.routingMs),
    },
    retriesLeft: retries.left(clock.monotonicMs()),
  }
}

function toRoundMs(ms: number | null): number | null {
  return ms === null ? null : roundMs(ms)
}
