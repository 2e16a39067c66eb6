/**
 * Deadlines, retries and the circuit breaker. `llm.policies` sets them for all models; a model or a virtual model can
 * override them for itself, key by key.
 */
import { z } from 'zod'
import { milliseconds } from './values.ts'

export const Timeouts = z.strictObject({
  connectMs: milliseconds.describe('How long opening a connection to the provider may take.'),
  firstTokenMs: milliseconds.describe(
    "How long a stream may take from the attempt's start to its first token, or to the event that opens a part of the answer (`content_block_start` of /v1/messages, `response.output_item.added` of /v1/responses, at Bedrock the first piece of reasoning, in a chat completion a picture or a sound), because reasoning that is not shown, pictures and sounds are no tokens. SSE comments do not count. For a model that reasons long in silence, set it to the longest time worth waiting for (300000 is five minutes), and `totalMs` above it. Streaming calls only.",
  ),
  answerMs: milliseconds
    .nullable()
    .describe(
      "How long a call that does not stream may wait from the attempt's start to the headers of its answer, which most providers send when the whole answer is ready. Then the next target is tried. With `null`, only `totalMs` limits it, and one silent target uses up the time of the call.",
    ),
  idleMs: milliseconds.describe(
    'How long the provider may send nothing once the answer has begun; comments, pings and keepalive events restart this time.',
  ),
  totalMs: milliseconds.describe(
    'How long the whole call may take, from its arrival to its end, with all its attempts and waits.',
  ),
})
export type Timeouts = z.infer<typeof Timeouts>

export const timeoutsDefault: Timeouts = {
  connectMs: 3_000,
  firstTokenMs: 30_000,
  answerMs: null,
  idleMs: 30_000,
  totalMs: 600_000,
}

export const Retry = z.strictObject({
  attempts: z
    .int()
    .min(1)
    .max(10)
    .describe('How often one target is tried, the first attempt included; 1 means no retry.'),
  initialBackoffMs: milliseconds.describe(
    'The longest wait before the second attempt; it doubles with each further one. The wait itself is drawn at random between 0 and that.',
  ),
  maxBackoffMs: milliseconds.describe(
    'The longest wait that doubling can reach. If a provider asks for a longer one, the next target is tried instead; without a next target, the wait is as long as the provider asks, if `totalMs` allows it.',
  ),
})
export type Retry = z.infer<typeof Retry>

export const retryDefault: Retry = { attempts: 2, initialBackoffMs: 250, maxBackoffMs: 8_000 }

/** A model called by its own name is tried once, unless the config sets `retry`: hidden retries would falsify races. */
export const retryOfModels: Retry = { ...retryDefault, attempts: 1 }

export const CircuitBreaker = z.strictObject({
  consecutiveFailures: z.int().min(1).max(1_000).describe('How many failures in a row open the breaker.'),
  cooldownMs: milliseconds.describe('How long the breaker stays open before one call probes the target.'),
  failureRate: z
    .number()
    .gt(0, 'must be above 0')
    .max(1)
    .nullable()
    .describe(
      'The breaker opens too when this share of the calls of the last `failureRateWindowMs` failed, if there were at least `failureRateCallsMin`; `null` turns this off.',
    ),
  failureRateWindowMs: milliseconds.describe(
    'How far back `failureRate` looks: over the last 1,000 calls at most.',
  ),
  failureRateCallsMin: z
    .int()
    .min(1)
    .max(1_000)
    .describe('With fewer calls in that time, `failureRate` is not applied.'),
  countRateLimits: z
    .boolean()
    .describe(
      'Whether a 429 counts as a failure. By default it does not: a target that is busy is not broken.',
    ),
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

/** `base`, overridden by the keys of `own` that are set. Without `own` it is the same object as `base`. */
export function override<Policy extends object>(
  base: Policy,
  own?: { [Key in keyof Policy]?: Policy[Key] | undefined },
): Policy {
  if (!own) return base
  const set = Object.entries(own).filter(([, value]) => value !== undefined)
  return { ...base, ...Object.fromEntries(set) }
}
