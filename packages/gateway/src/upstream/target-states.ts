/**
 * What is known of each target from the calls that went there: is it well, how soon does it answer, how much is it
 * doing, how many retries has it left? Lives as long as the gateway and outlives a config where the target stays the
 * same; one entry a model of the config, and one for each that has left it and still has calls running.
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
  /**
   * These are the targets from now on, with the policies that they have here. Another address or key makes another
   * target. One that is not among them is forgotten when its last call is over.
   */
  use(targets: readonly Target[]): void
  /** Of every target that was called. */
  list(): TargetState[]
}

export interface TargetState {
  readonly target: Target
  readonly breaker: BreakerState
  readonly retries: RetryBudget
  readonly latency: Latency
  /** null when the breaker lets nothing through; `isHeeded: false` passes all the same. */
  admit(call: { isStream: boolean; isBreakerHeeded: boolean }): Admission | null
  msUntilProbe(): number
}

export interface Latency {
  /** Of streams: the time to their first token. */
  firstToken: MovingAverage
  /** Of calls that do not stream: the time to their answer. No first token is seen there, and the two do not compare. */
  answer: MovingAverage
  /** Attempts that run now. */
  pending: number
}

export interface MovingAverage {
  /** As measured; null before the first measurement. */
  readonly ms: number | null
  /** The same with failures in it, which nobody measured, for the choice of a target; null before the first of either. */
  readonly routingMs: number | null
  /** When the latest of either was. */
  readonly notedAtMs: number
}

/** An attempt at the target, to be settled once. */
export interface Admission {
  settle(health: Health): void
  /** A probe that began is a success already: others need not wait until its answer is whole. */
  noteBegun(ms: number): void
  /** It failed before a token came. Else a target that refuses every call would look as if nobody had tried it. */
  noteNoToken(): void
}

/** What a failure counts for the choice of a target: as if its first token had come so late. */
const noTokenMs = 10_000
/** Weight of the newest in the average. */
const newestWeight = 0.3
const neverMeasured: MovingAverage = { ms: null, routingMs: null, notedAtMs: 0 }

export function createTargetStates(clock: Pick<Clock, 'monotonicMs'>): TargetStates {
  const states = new Map<string, KeptState>()
  /** null until it was said: then every target is. */
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
  /** The same target in another config. */
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
        // It has decided: how it ends is no word on a later probe.
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
