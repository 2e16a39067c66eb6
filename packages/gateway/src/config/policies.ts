/**
 * How patient the gateway is and how it deals with failure: deadlines, retries, the circuit breaker. `llm.policies` holds
 * them for all; a model or a virtual model may override its own, key by key.
 */
import { z } from 'zod'
import { milliseconds } from './values.ts'

export const Timeouts = z.strictObject({
  connectMs: milliseconds.describe('Until a connection to the provider stands.'),
  firstTokenMs: milliseconds.describe(
    "From the attempt's start to the first token, or to the event that opens a part of the answer (`content_block_start` of /v1/messages, `response.output_item.added` of /v1/responses): a thought that nobody is shown has none, and comments are none. At a model that thinks long in silence, set it to the longest thought worth waiting for (300000 is five minutes), and `totalMs` above it. Streaming calls only.",
  ),
  idleMs: milliseconds.describe(
    'Between two reads once the answer has begun; comments, pings and keepalive events count as life.',
  ),
  totalMs: milliseconds.describe("From the call's arrival to its end, whatever happens."),
})
export type Timeouts = z.infer<typeof Timeouts>

export const timeoutsDefault: Timeouts = {
  connectMs: 3_000,
  firstTokenMs: 30_000,
  idleMs: 30_000,
  totalMs: 600_000,
}

export const Retry = z.strictObject({
  attempts: z.int().min(1).max(10).describe('Tries at one target, the first included; 1 retries nothing.'),
  initialBackoffMs: milliseconds.describe(
    'The wait before the second try; doubled for each further one, and drawn at random between 0 and that.',
  ),
  maxBackoffMs: milliseconds.describe(
    'The longest such wait. A provider that asks for a longer one is left for the next target, where there is one.',
  ),
})
export type Retry = z.infer<typeof Retry>

export const retryDefault: Retry = { attempts: 2, initialBackoffMs: 250, maxBackoffMs: 8_000 }

/** A model called by its own name is tried once unless the config says otherwise: a hidden retry would falsify its race. */
export const retryOfModels: Retry = { ...retryDefault, attempts: 1 }

export const CircuitBreaker = z.strictObject({
  consecutiveFailures: z.int().min(1).max(1_000).describe('Failures in a row that open it.'),
  cooldownMs: milliseconds.describe('How long it stays open before one call may probe the target.'),
  failureRate: z
    .number()
    .gt(0, 'must be above 0')
    .max(1)
    .nullable()
    .describe(
      'Opens it too: this share of failures among the calls of the last `failureRateWindowMs`, once there were `failureRateCallsMin`; `null` looks at no share.',
    ),
  failureRateWindowMs: milliseconds.describe('How far back `failureRate` looks.'),
  failureRateCallsMin: z.int().min(1).max(1_000).describe('With fewer calls `failureRate` says nothing.'),
  countRateLimits: z
    .boolean()
    .describe('Is a 429 a failure? A target that is busy is not broken, so by default it is not.'),
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
