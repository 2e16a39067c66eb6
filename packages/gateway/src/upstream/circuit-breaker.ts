/**
 * The circuit breaker of one target, as a value and two pure steps: may this call pass, and how did it end?
 *
 * Closed, it counts failures; open, it lets nothing through until the cooldown is over; half-open, one call probes and
 * all others wait outside. A caller that leaves is neither success nor failure.
 */
import type { CircuitBreaker } from '../config/policies.ts'

export type BreakerState =
  | { state: 'closed'; failuresInARow: number; recent: readonly Ended[] }
  | { state: 'open'; openedAtMs: number }
  | { state: 'half-open'; openedAtMs: number }

interface Ended {
  atMs: number
  isFailure: boolean
}

/** How an attempt ended, for its target's health. */
export type Health = 'success' | 'failure' | 'neutral'

/** What the call was when it passed: only the probe of a half-open breaker decides. */
export type Passed = 'call' | 'probe'

export const closed: BreakerState = { state: 'closed', failuresInARow: 0, recent: [] }

/** Ended calls that a failure rate looks back at; more of them in its window say nothing more. */
const recentMax = 1_000

/** null: not through. */
export function pass(
  breaker: BreakerState,
  policy: CircuitBreaker,
  nowMs: number,
): { passed: Passed; breaker: BreakerState } | null {
  switch (breaker.state) {
    case 'closed':
      return { passed: 'call', breaker }
    case 'open':
      return msUntilProbe(breaker, policy, nowMs) > 0
        ? null
        : { passed: 'probe', breaker: { state: 'half-open', openedAtMs: breaker.openedAtMs } }
    case 'half-open':
      return null
  }
}

export function settle(
  breaker: BreakerState,
  policy: CircuitBreaker,
  { passed, health, nowMs }: { passed: Passed; health: Health; nowMs: number },
): BreakerState {
  switch (breaker.state) {
    case 'closed':
      return health === 'neutral'
        ? breaker
        : count(breaker, policy, { atMs: nowMs, isFailure: health === 'failure' })
    case 'open':
      // A call of before it opened: old news.
      return breaker
    case 'half-open':
      if (passed === 'call') return breaker
      if (health === 'success') return closed
      // A probe that showed nothing gives its place to the next.
      return { state: 'open', openedAtMs: health === 'failure' ? nowMs : breaker.openedAtMs }
  }
}

/** 0 when a call may pass or probe. While a probe runs, one more cooldown is the best guess. */
export function msUntilProbe(breaker: BreakerState, policy: CircuitBreaker, nowMs: number): number {
  switch (breaker.state) {
    case 'closed':
      return 0
    case 'open':
      return Math.max(0, breaker.openedAtMs + policy.cooldownMs - nowMs)
    case 'half-open':
      return policy.cooldownMs
  }
}

function count(
  { failuresInARow, recent }: BreakerState & { state: 'closed' },
  policy: CircuitBreaker,
  ended: Ended,
): BreakerState {
  const inARow = ended.isFailure ? failuresInARow + 1 : 0
  const kept = policy.failureRate === null ? [] : within(recent, policy, ended)
  if (inARow >= policy.consecutiveFailures || isRateReached(kept, policy)) {
    return { state: 'open', openedAtMs: ended.atMs }
  }
  return { state: 'closed', failuresInARow: inARow, recent: kept }
}

function within(recent: readonly Ended[], policy: CircuitBreaker, ended: Ended): Ended[] {
  const fromMs = ended.atMs - policy.failureRateWindowMs
  return [...recent.filter(({ atMs }) => atMs > fromMs), ended].slice(-recentMax)
}

function isRateReached(
  recent: readonly Ended[],
  { failureRate, failureRateCallsMin }: CircuitBreaker,
): boolean {
  if (failureRate === null || recent.length < failureRateCallsMin) return false
  return recent.filter(({ isFailure }) => isFailure).length / recent.length >= failureRate
}
