/** How an attempt ended → what that says of its target's health. */
import { type ErrorCode, GatewayError, ProviderError } from '../errors.ts'
import type { Health } from './circuit-breaker.ts'

export interface AttemptEnd {
  /** Is a 429 a failure? `circuitBreaker.countRateLimits`. */
  countRateLimits: boolean
  /** No attempt of the call failed before this one, so it had the whole time of the call to itself. */
  isFirst: boolean
}

/** A caller that leaves, a request at fault, and an answer that a guardrail stops say nothing about the target. */
export function toHealth(error: unknown, { countRateLimits, isFirst }: AttemptEnd): Health {
  if (!(error instanceof GatewayError) || ours.has(error.code)) return 'neutral'
  // A later attempt had only the time that the attempts before it left.
  if (error.code === 'total_timeout') return isFirst ? 'failure' : 'neutral'
  const isRefusal = error instanceof ProviderError || error.code === 'stream_error'
  if (!isRefusal) return 'failure'
  // It is about this request or the account, whatever the status: llama.cpp answers 500 to a request that is too long.
  if (error.reason !== null) return 'neutral'
  if (error.status === 429) return countRateLimits ? 'failure' : 'neutral'
  // 401 and 403: the target cannot be used until its key is right.
  return error.status >= 500 || error.status === 401 || error.status === 403 ? 'failure' : 'neutral'
}

/** Not caused by the target: the gateway's own errors, answers that it stopped, and requests that it never sent. */
const ours: ReadonlySet<ErrorCode> = new Set([
  'internal_error',
  'out_of_file_handles',
  'gateway_shutdown',
  'guardrail_rejected',
  'not_carried',
])
