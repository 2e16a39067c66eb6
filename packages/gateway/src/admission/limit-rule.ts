/** One entry of `rateLimits`, in the form that the limiter counts with. */
import { createHash } from 'node:crypto'
import type { RateLimit } from '../config/limits-schema.ts'
import type { BucketSize } from './token-bucket.ts'

export interface LimitRule {
  /** Its place in the config, such as `policies[0]`. */
  readonly name: string
  /** Unique among the rules, and the same in every config that has the same limit for the same callers. */
  readonly id: string
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
  const ids = limits.map((limit) => toShortHash(`${owner} ${JSON.stringify(limit)}`))
  return limits.map((limit, index) => ({
    name: `${owner}[${index}]`,
    // The number tells equal entries apart: a limit that is listed twice counts twice.
    id: `${ids[index]}.${ids.slice(0, index).filter((id) => id === ids[index]).length}`,
    per: [...new Set(limit.per)],
    requests: toSize(limit.requestsPerMinute, limit.burst),
    // `burst` is a number of requests. The tokens of a whole minute can be used at once.
    tokens: toSize(limit.tokensPerMinute, undefined),
    concurrency: limit.concurrency ?? null,
  }))
}

/** Short, because it is part of a counter's key, and each call makes such a key for each of its limits. */
function toShortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}

/** The limits of one key, or of callers with a token. Each caller is counted alone. */
export function toOwnRules(owner: string, limits: readonly RateLimit[]): LimitRule[] {
  return toLimitRules(
    owner,
    limits.map((limit) => ({ ...limit, per: ['caller', ...limit.per] })),
  )
}

/**
 * Calls with the same key share a counter. Calls without a tenant are counted together. The length before each name
 * makes the keys of two different subjects differ, whatever the names contain.
 */
export function toCounterKey({ id, per }: LimitRule, subject: Subject): string {
  let key = id
  for (const part of per) {
    const name = subject[part]
    key += name === null ? ' -' : ` ${name.length}:${name}`
  }
  return key
}

function toSize(perMinute: number | undefined, burst: number | undefined): BucketSize | null {
  return perMinute === undefined ? null : { perMinute, burst: burst ?? perMinute }
}
