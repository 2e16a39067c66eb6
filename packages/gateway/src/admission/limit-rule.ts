/** One entry of `rateLimits`, ready to count with. */
import type { RateLimit } from '../config/limits-schema.ts'
import type { BucketSize } from './token-bucket.ts'

export interface LimitRule {
  /** Unlike that of every other rule. */
  readonly name: string
  readonly per: readonly Part[]
  readonly requests: BucketSize | null
  readonly tokens: BucketSize | null
  readonly concurrency: number | null
}

export type Part = RateLimit['per'][number]

/** What a call is counted under. */
export interface Subject {
  readonly caller: string
  readonly tenant: string | null
  readonly model: string
}

export function toLimitRules(owner: string, limits: readonly RateLimit[]): LimitRule[] {
  return limits.map((limit, index) => ({
    name: `${owner}[${index}]`,
    per: [...new Set(limit.per)],
    requests: toSize(limit.requestsPerMinute, limit.burst),
    // A burst is a number of requests: of tokens a whole minute's may come at once.
    tokens: toSize(limit.tokensPerMinute, undefined),
    concurrency: limit.concurrency ?? null,
  }))
}

/** Of one key, or of each caller with a token: nobody else is counted with them. */
export function toOwnRules(owner: string, limits: readonly RateLimit[]): LimitRule[] {
  return toLimitRules(
    owner,
    limits.map((limit) => ({ ...limit, per: ['caller', ...limit.per] })),
  )
}

/** Calls with the same key share a counter. Those without a tenant are counted together. */
export function toCounterKey({ name, per }: LimitRule, subject: Subject): string {
  return JSON.stringify([name, ...per.map((part) => subject[part])])
}

function toSize(perMinute: number | undefined, burst: number | undefined): BucketSize | null {
  return perMinute === undefined ? null : { perMinute, burst: burst ?? perMinute }
}
