/**
 * What is known of each target from the calls that went there: is it well, how soon does it answer, how much is it
 * doing, how many retries has it left? Lives as long as the gateway; one entry a model, so it is bounded by their number.
 */
import type { Clock } from '../clock.ts'
import {
  type BreakerState,
  closed,
  type Health,
  msUntilProbe,
  type Passed,
  pass,
  settle,
} from './circuit-breaker.ts'
import { createRetryBudget, type RetryBudget } from './retry-budget.ts'
import type { Target } from './target.ts'

export interface TargetStates {
  of(target: Target): TargetState
  /** The same for a look: a target that was never called is not remembered. */
  peek(target: Target): TargetState
  /** Of every target that was called. */
  list(): TargetState[]
}

export interface TargetState {
  readonly target: Target
  readonly breaker: BreakerState
  readonly retries: RetryBudget
  readonly latency: Latency
  /** null when the breaker lets nothing through; `isHeeded: false` passes all the same. */
  admit(isHeeded: boolean): Admission | null
  msUntilProbe(): number
}

export interface Latency {
  /** Moving average of the time to first token; null before the first. */
  firstTokenMs: number | null
  measuredAtMs: number
  /** Attempts that run now. */
  pending: number
}

/** An attempt at the target, to be settled once. */
export interface Admission {
  settle(health: Health): void
  /** A probe that began is a success already: others need not wait until its answer is whole. */
  noteFirstToken(ms: number): void
  /** It failed before a token came. Else a target that refuses every call would look as if nobody had tried it. */
  noteNoToken(): void
}

/** What a failure counts in the average: as if its first token had come so late. */
const noTokenMs = 10_000
/** Weight of the newest measurement in the average. */
const newestWeight = 0.3

export function createTargetStates(clock: Pick<Clock, 'monotonicMs'>): TargetStates {
  const states = new Map<string, TargetState>()
  return {
    of(target) {
      const known = states.get(target.name)
      if (known) return known
      const state = createTargetState(target, clock)
      states.set(target.name, state)
      return state
    },
    peek: (target) => states.get(target.name) ?? createTargetState(target, clock),
    list: () => [...states.values()],
  }
}

function createTargetState(target: Target, clock: Pick<Clock, 'monotonicMs'>): TargetState {
  const policy = target.circuitBreaker
  const latency: Latency = { firstTokenMs: null, measuredAtMs: 0, pending: 0 }
  let breaker: BreakerState = closed

  const end = (passed: Passed, health: Health) => {
    breaker = settle(breaker, policy, { passed, health, nowMs: clock.monotonicMs() })
  }
  const measure = (ms: number) => {
    const before = latency.firstTokenMs ?? ms
    latency.firstTokenMs = before + newestWeight * (ms - before)
    latency.measuredAtMs = clock.monotonicMs()
  }
  const toAdmission = (passed: Passed): Admission => {
    latency.pending++
    return {
      settle(health) {
        latency.pending--
        end(passed, health)
      },
      noteFirstToken(ms) {
        measure(ms)
        if (passed === 'probe') end(passed, 'success')
      },
      noteNoToken: () => measure(noTokenMs),
    }
  }
  return {
    target,
    latency,
    retries: createRetryBudget(),
    get breaker() {
      return breaker
    },
    admit(isHeeded) {
      const through = pass(breaker, policy, clock.monotonicMs())
      if (through) breaker = through.breaker
      else if (isHeeded) return null
      return toAdmission(through?.passed ?? 'call')
    },
    msUntilProbe: () => msUntilProbe(breaker, policy, clock.monotonicMs()),
  }
}
