/** How long to wait before a target is tried again. */
import type { Retry } from '../config/policies.ts'

/**
 * Exponential with full jitter: at random between 0 and the ceiling, so that callers who failed together do not come
 * back together. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 * `retry` counts from 1; `random` is in [0, 1).
 */
export function backoffMs(retry: number, policy: Retry, random: number): number {
  return random * Math.min(policy.maxBackoffMs, policy.initialBackoffMs * 2 ** (retry - 1))
}
