/** How an attempt ended → what that says of its target's health. */
import { type ErrorCode, GatewayError, ProviderError } from '../errors.ts'
import type { Health } from './circuit-breaker.ts'

export interface AttemptEnd {
  /** Is a 429 a failure? `circuitBreaker.countRateLimits`. */
  countRateLimits: boolean
  /** The attempt had the whole time of the call to itself. */
  isFirst: boolean
}

/** Callers who leave, errors that are the request's own fault, and what a guardrail stops, say nothing. */
export function toHealth(error: unknown, { countRateLimits, isFirst }: AttemptEnd): Health {
  if (!(error instanceof GatewayError) || ours.has(error.code)) return 'neutral'
  // A later attempt may only have had what the ones before it left.
  if (error.code === 'total_timeout') return isFirst ? 'failure' : 'neutral'
  const isRefusal = error instanceof ProviderError || (error.code === 'stream_error' && error.status < 500)
  if (!isRefusal) return 'failure'
  if (error.status === 429) return countRateLimits && error.reason === null ? 'failure' : 'neutral'
  // llama.cpp answers 500 to a request that is too long, or holds an image that it cannot see.
  if (error.status === 500 && error.reason !== null) return 'neutral'
  // 401 and 403: the target cannot be used until its key is right.
  return error.status >= 500 || error.status === 401 || error.status === 403 ? 'failure' : 'neutral'
}

/** Not the target's doing: our own, what was stopped on its way, or was never sent. */
const ours: ReadonlySet<ErrorCode> = new Set([
  'internal_error',
  'out_of_file_handles',
  'gateway_shutdown',
  'guardrail_rejected',
  'not_carried',
])
