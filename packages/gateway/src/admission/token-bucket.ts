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
  readonly size: BucketSize
  readonly level: number
  readonly atMs: number
}

export function createBucket(size: BucketSize, nowMs: number): Bucket {
  return { size, level: size.burst, atMs: nowMs }
}

/** The bucket as of `nowMs`. A clock that went back adds nothing. */
export function refill(bucket: Bucket, nowMs: number): Bucket {
  const { size, level, atMs } = bucket
  if (nowMs <= atMs) return bucket
  return {
    size,
    level: Math.min(size.burst, level + ((nowMs - atMs) * size.perMinute) / 60_000),
    atMs: nowMs,
  }
}

/** For rounding errors: a caller that waited as long as it was told must be admitted. */
const tolerance = 1e-6

export function holds({ level }: Bucket, amount: number): boolean {
  return level + tolerance >= amount
}

export function take({ size, level, atMs }: Bucket, amount: number): Bucket {
  return { size, level: level - amount, atMs }
}

/** Gives back the amount that was not used, negative where more was used. Never fills the bucket beyond its burst. */
export function refund({ size, level, atMs }: Bucket, amount: number): Bucket {
  return { size, level: Math.min(size.burst, level + amount), atMs }
}

/** How long until the bucket holds this amount; `Infinity` if it never can. */
export function waitMs({ size, level }: Bucket, amount: number): number {
  if (amount > size.burst) return Number.POSITIVE_INFINITY
  return Math.max(0, Math.ceil(((amount - level) * 60_000) / size.perMinute))
}
