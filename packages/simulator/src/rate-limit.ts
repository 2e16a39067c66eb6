/**
 * Limits calls a minute, by model id: at most so many within any 60 seconds. A refused call does not count, so that a
 * caller that comes back when it was told to is admitted.
 */
import { SimulatorError } from './errors.ts'

const windowMs = 60_000
/** How many model ids are remembered; the one called longest ago is forgotten first. */
const idsMax = 1000

export interface RateLimiter {
  /** Gives the headers that tell the caller what is left; throws `rate_limit_exceeded` when nothing is. */
  admit(modelId: string, requestsPerMinute: number | null): Record<string, string>
}

export function createRateLimiter(nowNs: () => bigint): RateLimiter {
  const admitted = new Map<string, number[]>()

  return {
    admit(modelId, requestsPerMinute): Record<string, string> {
      if (requestsPerMinute === null) return {}
      const nowMs = Number(nowNs() / 1000n) / 1000
      const recent = (admitted.get(modelId) ?? []).filter((atMs) => nowMs - atMs < windowMs)
      const oldest = recent[0]
      const isOver = recent.length >= requestsPerMinute && oldest !== undefined
      if (!isOver) recent.push(nowMs)
      admitted.delete(modelId)
      admitted.set(modelId, recent)
      const [askedLongestAgo] = admitted.keys()
      if (admitted.size > idsMax) admitted.delete(askedLongestAgo!)
      if (isOver) throw tooMany(requestsPerMinute, Math.ceil(oldest + windowMs - nowMs))
      return {
        'x-ratelimit-limit-requests': String(requestsPerMinute),
        'x-ratelimit-remaining-requests': String(requestsPerMinute - recent.length),
        'x-ratelimit-reset-requests': `${Math.ceil((recent[0]! + windowMs - nowMs) / 1000)}s`,
      }
    },
  }
}

function tooMany(requestsPerMinute: number, retryAfterMs: number): SimulatorError {
  return new SimulatorError(
    'rate_limit_exceeded',
    `Rate limit reached for this simulated model: ${requestsPerMinute} requests a minute. Try again in ${(retryAfterMs / 1000).toFixed(1)} s.`,
    { retryAfterMs },
  )
}
