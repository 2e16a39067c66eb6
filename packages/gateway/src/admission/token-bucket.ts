/**
 * A token bucket as arithmetic on a clock that is passed in: it holds at most `burst`, and `perMinute` flow into it.
 *
 * So in no minute more than `perMinute + burst` are taken from it. A settlement can take more than the bucket holds:
 * its level is then below zero, and this debt must flow in before anything can be taken again.
 */
export interface BucketSize {
  readonly perMinute: number
  readonly burst: number
}

export interface Bucket {
  readonly level: number
  readonly atMs: number
}

export function createBucket({ burst }: BucketSize, nowMs: number): Bucket {
  return { level: burst, atMs: nowMs }
}

/** The bucket as of `nowMs`. A clock that went back adds nothing. */
export function refill({ level, atMs }: Bucket, { perMinute, burst }: BucketSize, nowMs: number): Bucket {
  if (nowMs <= atMs) return { level, atMs }
  return { level: Math.min(burst, level + ((nowMs - atMs) * perMinute) / 60_000), atMs: nowMs }
}

/** For rounding errors: a caller that waited as long as it was told must be admitted. */
const tolerance = 1e-6

export function holds({ level }: Bucket, amount: number): boolean {
  return level + tolerance >= amount
}

export function take({ level, atMs }: Bucket, amount: number): Bucket {
  return { level: level - amount, atMs }
}

/** Gives back the amount that was not used, negative where more was used. Never fills the bucket beyond its burst. */
export function refund({ level, atMs }: Bucket, { burst }: BucketSize, amount: number): Bucket {
  return { level: Math.min(burst, level + amount), atMs }
}

/** How long until the bucket holds this amount; `Infinity` if it never can. */
export function waitMs({ level }: Bucket, { perMinute, burst }: BucketSize, amount: number): number {
  if (amount > burst) return Number.POSITIVE_INFINITY
  return Math.max(0, Math.ceil(((amount - level) * 60_000) / perMinute))
}
