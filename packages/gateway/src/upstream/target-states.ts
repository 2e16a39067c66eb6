/**
 * What is known of each target from its calls: its breaker, its latency, its running attempts, its retry budget. It
 * lives as long as the gateway and survives a reload in which the target stays the same. It has an entry for each model
 * of the config that was called, and for each that is no longer in the config but still has calls running.
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
  /** The same for reading only: it makes no entry for a target that was never called. */
  peek(target: Target): TargetState
  /**
   * Sets the targets that there are from now on, with their policies. With another address or key it is another target.
   * A target that is not among them is forgotten when its last call is over.
   */
  use(targets: readonly Target[]): void
  /** The states of all targets that were called and are not forgotten. */
  list(): TargetState[]
}

export interface TargetState {
  readonly target: Target
  readonly breaker: BreakerState
  readonly retries: RetryBudget
  readonly latency: Latency
  /** null when the breaker does not let the call through; with `isBreakerHeeded: false` every call is let through. */
  admit(call: { isStream: boolean; isBreakerHeeded: boolean }): Admission | null
  msUntilProbe(): number
}

export interface Latency {
  /** Of streams: the time to their first token. */
  firstToken: MovingAverage
  /** Of calls that do not stream: the time to their answer, which is not comparable with the other. */
  answer: MovingAverage
  /** Attempts that run now. */
  pending: number
}

export interface MovingAverage {
  /** As measured; null before the first measurement. */
  readonly ms: number | null
  /** For the choice of a target: the same, with failures counted as 10,000 ms; null before there is either. */
  readonly routingMs: number | null
  /** The time of the latest measurement or failure. */
  readonly notedAtMs: number
}

/** An attempt at the target, to be settled once. */
export interface Admission {
  settle(health: Health): void
  /** The answer began after `ms`. A probe has then succeeded: other calls need not wait until its answer is whole. */
  noteBegun(ms: number): void
  /** It failed before a token came. Without this, a target that refuses every call would look untried. */
  noteNoToken(): void
}

/** For the choice of a target, a failure counts as a first token (or an answer) that took so long. */
const noTokenMs = 10_000
/** Weight of the newest in the average. */
const newestWeight = 0.3
const neverMeasured: MovingAverage = { ms: null, routingMs: null, notedAtMs: 0 }

export function createTargetStates(clock: Pick<Clock, 'monotonicMs'>): TargetStates {
  const states = new Map<string, KeptState>()
  /** null before the first `use`: until then every target is in use. */
  let inUse: ReadonlyMap<string, Target> | null = null
  return {
    of(target) {
      const id = toId(target)
      const known = states.get(id)
      if (known) return known
      const state = createTargetState(inUse?.get(id) ?? target, clock, () => {
        if (inUse && !inUse.has(id)) states.delete(id)
      })
      states.set(id, state)
      return state
    },
    peek: (target) => states.get(toId(target)) ?? createTargetState(target, clock, () => {}),
    use(targets) {
      inUse = new Map(targets.map((target) => [toId(target), target]))
      for (const [id, state] of states) {
        const target = inUse.get(id)
        if (target) state.renew(target)
        else if (state.latency.pending === 0) states.delete(id)
      }
    },
    list: () => [...states.values()],
  }
}

function toId({ name, connectionId }: Target): string {
  return `${connectionId} ${name}`
}

interface KeptState extends TargetState {
  /** Takes the same target with the policies of another config. */
  renew(target: Target): void
}

function createTargetState(first: Target, clock: Pick<Clock, 'monotonicMs'>, onIdle: () => void): KeptState {
  let target = first
  const latency: Latency = { firstToken: neverMeasured, answer: neverMeasured, pending: 0 }
  let breaker: BreakerState = closed

  const end = (passed: Passed, health: Health) => {
    breaker = settle(breaker, target.circuitBreaker, { passed, health, nowMs: clock.monotonicMs() })
  }
  const toAdmission = (through: Passed, what: 'firstToken' | 'answer'): Admission => {
    latency.pending++
    let passed = through
    const note = (measuredMs: number | null) => {
      const { ms, routingMs } = latency[what]
      latency[what] = {
        ms: measuredMs === null ? ms : toAverage(ms, measuredMs),
        routingMs: toAverage(routingMs, measuredMs ?? noTokenMs),
        notedAtMs: clock.monotonicMs(),
      }
    }
    return {
      settle(health) {
        latency.pending--
        end(passed, health)
        if (latency.pending === 0) onIdle()
      },
      noteBegun(ms) {
        note(ms)
        if (passed === 'call') return
        end(passed, 'success')
        // The probe has decided: how its call ends must not count as the end of a later probe.
        passed = 'call'
      },
      noteNoToken: () => note(null),
    }
  }
  return {
    get target() {
      return target
    },
    renew(same) {
      target = same
    },
    latency,
    retries: createRetryBudget(),
    get breaker() {
      return breaker
    },
    admit({ isStream, isBreakerHeeded }) {
      const through = pass(breaker, target.circuitBreaker, clock.monotonicMs())
      if (through) breaker = through.breaker
      else if (isBreakerHeeded) return null
      return toAdmission(through?.passed ?? 'call', isStream ? 'firstToken' : 'answer')
    },
    msUntilProbe: () => msUntilProbe(breaker, target.circuitBreaker, clock.monotonicMs()),
  }
}

function toAverage(before: number | null, newest: number): number {
  return before === null ? newest : before + newestWeight * (newest - before)
}
