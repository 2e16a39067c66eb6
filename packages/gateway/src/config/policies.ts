/**
 * How patient the gateway is and how it deals with failure: deadlines, retries, the circuit breaker. `llm.policies` holds
 * them for all; a model or a virtual model may override its own, key by key.
 */
import { z } from 'zod'
import { milliseconds } from './values.ts'

export const Timeouts = z.strictObject({
  /** Until a connection to the provider stands. */
  connectMs: milliseconds,
  /** From the attempt's start to the first token; streaming calls only. */
  firstTokenMs: milliseconds,
  /** Between two reads once the answer has begun; comments count as life. */
  idleMs: milliseconds,
  /** From the call's arrival to its end, whatever happens. */
  totalMs: milliseconds,
})
export type Timeouts = z.infer<typeof Timeouts>

export const timeoutsDefault: Timeouts = {
  connectMs: 3_000,
  firstTokenMs: 30_000,
  idleMs: 30_000,
  totalMs: 600_000,
}

export const Retry = z.strictObject({
  /** Tries at one target, the first included; 1 retries nothing. */
  attempts: z.int().min(1).max(10),
  /** Before the second try; doubled for each further one, and drawn at random between 0 and that. */
  initialBackoffMs: milliseconds,
  /** The longest such wait. A provider that asks for a longer one is left for the next target, where there is one. */
  maxBackoffMs: milliseconds,
})
export type Retry = z.infer<typeof Retry>

export const retryDefault: Retry = { attempts: 2, initialBackoffMs: 250, maxBackoffMs: 8_000 }

/** A model called by its own name is tried once unless the config says otherwise: a hidden retry would falsify its race. */
export const retryOfModels: Retry = { ...retryDefault, attempts: 1 }

export const CircuitBreaker = z.strictObject({
  /** Failures in a row that open it. */
  consecutiveFailures: z.int().min(1).max(1_000),
  /** How long it stays open before one call may probe the target. */
  cooldownMs: milliseconds,
  /** Opens it too: this share of the calls of the last `failureRateWindowMs`, once there were `failureRateCallsMin`. */
  failureRate: z.number().gt(0, 'must be above 0').max(1).nullable(),
  failureRateWindowMs: milliseconds,
  failureRateCallsMin: z.int().min(1).max(1_000),
  /** Is a 429 a failure? A target that is busy is not broken, so by default it is not. */
  countRateLimits: z.boolean(),
})
export type CircuitBreaker = z.infer<typeof CircuitBreaker>

export const circuitBreakerDefault: CircuitBreaker = {
  consecutiveFailures: 3,
  cooldownMs: 10_000,
  failureRate: null,
  failureRateWindowMs: 30_000,
  failureRateCallsMin: 20,
  countRateLimits: false,
}

/** `base` with the keys of `own` that are set; `base` itself where there is no `own`. */
export function override<Policy extends object>(
  base: Policy,
  own?: { [Key in keyof Policy]?: Policy[Key] | undefined },
): Policy {
  if (!own) return base
  const set = Object.entries(own).filter(([, value]) => value !== undefined)
  return { ...base, ...Object.fromEntries(set) }
}
