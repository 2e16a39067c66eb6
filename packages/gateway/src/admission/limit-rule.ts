/** One entry of `rateLimits`, ready to count with. */
import { createHash } from 'node:crypto'
import type { RateLimit } from '../config/limits-schema.ts'
import type { BucketSize } from './token-bucket.ts'

export interface LimitRule {
  /** Where it stands in the config. */
  readonly name: string
  /** Unlike that of every other rule, and the same in every config that has the same limit for the same callers. */
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
    // One that stands there twice counts twice.
    id: `${ids[index]}.${ids.slice(0, index).filter((id) => id === ids[index]).length}`,
    per: [...new Set(limit.per)],
    requests: toSize(limit.requestsPerMinute, limit.burst),
    // A burst is a number of requests: of tokens a whole minute's may come at once.
    tokens: toSize(limit.tokensPerMinute, undefined),
    concurrency: limit.concurrency ?? null,
  }))
}

/** It becomes part of the key of every counter, which is made for each call. */
function toShortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}

/** Of one key, or of each caller with a token: nobody else is counted with them. */
export function toOwnRules(owner: string, limits: readonly RateLimit[]): LimitRule[] {
  return toLimitRules(
    owner,
    limits.map((limit) => ({ ...limit, per: ['caller', ...limit.per] })),
  )
}

/**
 * Calls with the same key share a counter. Those without a tenant are counted together. With the length of each name before
 * it, no two subjects have the same key, whatever they are called.
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
