/**
 * The circuit breaker of one target, as a value and two pure steps: `pass` lets a call through or not, `settle` notes
 * how it ended.
 *
 * Closed, it counts failures; open, it lets nothing through until the cooldown is over; half-open, one call is the
 * probe and no other is let through. A caller that leaves is neither success nor failure.
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

/** As what a call was let through. Only a probe decides whether a half-open breaker closes. */
export type Passed = 'call' | 'probe'

export const closed: BreakerState = { state: 'closed', failuresInARow: 0, recent: [] }

/** How many ended calls a failure rate is taken over at most; with more in its window it would hardly change. */
const recentMax = 1_000

/** null: the call is not let through. */
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
      // The call began before the breaker opened, so it says nothing new.
      return breaker
    case 'half-open':
      if (passed === 'call') return breaker
      if (health === 'success') return closed
      // After a neutral end, which showed nothing, the next call may probe at once.
      return { state: 'open', openedAtMs: health === 'failure' ? nowMs : breaker.openedAtMs }
  }
}

/** 0 when the next call would be let through. While a probe runs, one more cooldown is the best guess. */
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
