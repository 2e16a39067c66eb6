/**
 * A token bucket as arithmetic on a clock that is passed in: it holds at most `burst`, and `perMinute` flow into it.
 *
 * So no minute sees more than `perMinute + burst` go out of it. A settlement may take more than there is: the level is
 * then below zero, a debt that must flow in before anything is taken again.
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

/** As it is now. A clock that went back adds nothing. */
export function refill({ level, atMs }: Bucket, { perMinute, burst }: BucketSize, nowMs: number): Bucket {
  if (nowMs <= atMs) return { level, atMs }
  return { level: Math.min(burst, level + ((nowMs - atMs) * perMinute) / 60_000), atMs: nowMs }
}

/** Floating point loses a little on the way; who waited as long as told must find it. */
const tolerance = 1e-6

export function holds({ level }: Bucket, amount: number): boolean {
  return level + tolerance >= amount
}

export function take({ level, atMs }: Bucket, amount: number): Bucket {
  return { level: level - amount, atMs }
}

/** What was taken and not used, below zero where more was used; never fills it over its burst. */
export function refund({ level, atMs }: Bucket, { burst }: BucketSize, amount: number): Bucket {
  return { level: Math.min(burst, level + amount), atMs }
}

/** Until it holds this much; `Infinity` when it never does. */
export function waitMs({ level }: Bucket, { perMinute, burst }: BucketSize, amount: number): number {
  if (amount > burst) return Number.POSITIVE_INFINITY
  return Math.max(0, Math.ceil(((amount - level) * 60_000) / perMinute))
}
