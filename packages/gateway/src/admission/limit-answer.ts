/**
 * What a caller is told about its limits, in OpenAI's headers and words: the limit, what is left, when it is full
 * again.
 */
import { GatewayError } from '../errors.ts'
import type { Counter } from './counters.ts'
import type { LimitRule } from './limit-rule.ts'
import { type Bucket, waitMs } from './token-bucket.ts'

export interface Refusal {
  reason: 'requests' | 'tokens' | 'concurrency'
  counter: Counter
  /** `Infinity` when no wait helps. */
  waitMs: number
  /** What the call would have reserved. */
  tokens: number
}

/** The headers of the tightest limit of each kind, the one with the least left. */
export function toHeaders(counters: readonly Counter[]): Record<string, string> {
  return {
    ...headersOf('requests', tightest(counters.map(({ requests }) => requests))),
    ...headersOf('tokens', tightest(counters.map(({ tokens }) => tokens))),
  }
}

export function toRateLimited({ reason, counter, waitMs, tokens }: Refusal): GatewayError {
  const headers = { ...toHeaders([counter]), ...retryHeaders(waitMs) }
  const limit = `${describe(reason, counter.rule)}${sharers(counter.rule)}`
  const advice = Number.isFinite(waitMs)
    ? `Try again in ${toDuration(waitMs)}.`
    : `This call may need ${tokens} tokens, more than that ever allows: shorten the prompt or set a smaller max_tokens.`
  return new GatewayError('rate_limited', `Rate limit reached: ${limit}. ${advice}`, { headers })
}

/** How many requests or tokens can be taken now. */
export function remaining({ level }: Bucket): number {
  // Without it, 4.9999999 after rounding errors would count as 4.
  return Math.max(0, Math.floor(level + 1e-6))
}

function tightest(buckets: readonly (Bucket | null)[]): Bucket | null {
  return buckets
    .filter((bucket) => bucket !== null)
    .reduce<Bucket | null>((a, b) => (a && a.level <= b.level ? a : b), null)
}

/** The names are written out: computed property names would make the runtime build the object slowly, for each call. */
function headersOf(kind: 'requests' | 'tokens', bucket: Bucket | null): Record<string, string> {
  if (!bucket) return {}
  const limit = String(bucket.size.perMinute)
  const left = String(remaining(bucket))
  // The time until the limit is full again, as OpenAI defines it.
  const reset = toDuration(waitMs(bucket, bucket.size.burst))
  return kind === 'requests'
    ? {
        'x-ratelimit-limit-requests': limit,
        'x-ratelimit-remaining-requests': left,
        'x-ratelimit-reset-requests': reset,
      }
    : {
        'x-ratelimit-limit-tokens': limit,
        'x-ratelimit-remaining-tokens': left,
        'x-ratelimit-reset-tokens': reset,
      }
}

function retryHeaders(waitMs: number): Record<string, string> {
  if (!Number.isFinite(waitMs)) return { 'x-should-retry': 'false' }
  return {
    'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))),
    'retry-after-ms': String(Math.max(1, waitMs)),
  }
}

function describe(reason: Refusal['reason'], { requests, tokens, concurrency }: LimitRule): string {
  switch (reason) {
    case 'requests':
      return `${plural(requests?.perMinute ?? 0, 'request')} a minute`
    case 'tokens':
      return `${plural(tokens?.perMinute ?? 0, 'token')} a minute`
    case 'concurrency':
      return `${plural(concurrency ?? 0, 'call')} at the same time`
  }
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function sharers({ per }: LimitRule): string {
  return per.length === 0 ? ' for all callers together' : ` per ${per.join(' and ')}`
}

/** In OpenAI's form: `120ms`, `1.5s`, `6m0s`. `ms` is a whole number. */
function toDuration(ms: number): string {
  if (ms < 1000) return `${ms}ms`
  const hundredths = Math.ceil(ms / 10)
  if (hundredths < 6_000) return `${hundredths / 100}s`
  // Rounded up before the division: otherwise 119.5 s would be `1m60s`.
  const seconds = Math.ceil(ms / 1000)
  return `${Math.floor(seconds / 60)}m${seconds % 60}s`
}
