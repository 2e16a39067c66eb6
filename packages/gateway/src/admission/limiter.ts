/**
 * Admits a call if all its limits have room; otherwise it takes from none of them. Tokens are reserved by estimate and
 * settled to what the call really used. The call's place among the running ones is given back then too, exactly once.
 */
import type { Clock } from '../clock.ts'
import { type Counter, createCounters, toNow } from './counters.ts'
import { type Refusal, toHeaders, toRateLimited } from './limit-answer.ts'
import type { LimitRule, Subject } from './limit-rule.ts'
import { holds, refund, take, waitMs } from './token-bucket.ts'
import type { TokenEstimate } from './token-estimate.ts'

export interface Limiter {
  /** Throws `rate_limited`. */
  reserve(rules: readonly LimitRule[], subject: Subject, estimate: TokenEstimate): Reservation
  /** These are the rules from now on. A limit that is the same as before keeps its counters. */
  use(rules: readonly LimitRule[]): void
  /** The counters as they are now. A limit without one is full. */
  list(): Counter[]
}

export interface Reservation {
  /**
   * `x-ratelimit-…` of the tightest limits, as they were after this call was admitted. Made when they are first asked
   * for: do that while the call waits for its provider, not at its first token, where it would cost time.
   */
  headers(): Readonly<Record<string, string>>
  /** The call is over and used this many tokens. Only the first call of `settle` counts. */
  settle(tokens: number): void
}

export interface LimiterOptions {
  clock: Clock
  onRefused(reason: Refusal['reason']): void
  /** A counter takes some 300 bytes. */
  countersMax?: number
}

const unlimited: Reservation = { headers: () => ({}), settle() {} }

export function createLimiter({ clock, onRefused, countersMax = 10_000 }: LimiterOptions): Limiter {
  const counters = createCounters(countersMax)
  return {
    reserve(rules, subject, estimate) {
      if (rules.length === 0) return unlimited
      const nowMs = clock.monotonicMs()
      const wanted: Wanted[] = []
      let worst: Refusal | null = null
      for (const rule of rules) {
        const counter = counters.find(rule, subject, nowMs, wanted)
        const each = { counter, tokens: toTokens(rule, estimate) }
        wanted.push(each)
        worst = toWorst(each, worst)
      }
      if (worst) {
        onRefused(worst.reason)
        throw toRateLimited(worst)
      }
      for (const each of wanted) takeAll(each)
      return createReservation(wanted, clock)
    },
    use(rules) {
      counters.keep(new Set(rules.map(({ id }) => id)))
    },
    list() {
      const nowMs = clock.monotonicMs()
      return counters.list().map((counter) => toNow(counter, nowMs))
    },
  }
}

/** How much a call takes from one counter. */
interface Wanted {
  counter: Counter
  tokens: number
}

/** A guessed output must not refuse a call for ever: the guess is reduced to what the bucket can hold. */
function toTokens(
  { tokens }: LimitRule,
  { inputTokens, outputTokens, isOutputStated }: TokenEstimate,
): number {
  const whole = inputTokens + outputTokens
  return tokens === null || isOutputStated ? whole : Math.min(whole, Math.max(inputTokens, tokens.burst))
}

/** A guess: it is not known when a running call will end. */
const concurrencyWaitMs = 1_000

/** The refusal with the longest wait, of this counter's and the one before. */
function toWorst({ counter, tokens }: Wanted, before: Refusal | null): Refusal | null {
  const { rule, requests, tokens: tokenBucket, running } = counter
  let worst = before
  const refuse = (reason: Refusal['reason'], ms: number) => {
    if (worst === null || ms > worst.waitMs) worst = { reason, counter, waitMs: ms, tokens }
  }
  if (requests && !holds(requests, 1)) refuse('requests', waitMs(requests, 1))
  if (tokenBucket && !holds(tokenBucket, tokens)) refuse('tokens', waitMs(tokenBucket, tokens))
  if (rule.concurrency !== null && running >= rule.concurrency) refuse('concurrency', concurrencyWaitMs)
  return worst
}

function takeAll({ counter, tokens }: Wanted): void {
  if (counter.requests) counter.requests = take(counter.requests, 1)
  if (counter.tokens) counter.tokens = take(counter.tokens, tokens)
  counter.running += 1
}

function createReservation(wanted: readonly Wanted[], clock: Clock): Reservation {
  let isSettled = false
  // Buckets are immutable, so these copies stay as they are now.
  const admitted = wanted.map(({ counter }) => ({ ...counter }))
  let headers: Readonly<Record<string, string>> | null = null
  return {
    // Not a getter: an object literal with a getter takes the runtime a microsecond to make.
    headers() {
      headers ??= toHeaders(admitted)
      return headers
    },
    settle(used) {
      if (isSettled) return
      isSettled = true
      const nowMs = clock.monotonicMs()
      for (const { counter, tokens: reserved } of wanted) {
        toNow(counter, nowMs)
        counter.running -= 1
        if (counter.tokens) counter.tokens = refund(counter.tokens, reserved - used)
      }
    },
  }
}
