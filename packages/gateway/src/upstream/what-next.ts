/**
 * An attempt failed before anything was sent to the caller: is it worth trying again, and where?
 *
 * After a fault of the target the call is tried again; after a fault of the request it is not. A target that was silent
 * for a whole deadline is not tried a second time.
 */
import { GatewayError, ProviderError } from '../errors.ts'

export type WhatNext = 'same target' | 'next target' | 'as if not there' | 'context fallback' | 'give up'

export function whatNext(error: unknown): WhatNext {
  if (!(error instanceof GatewayError)) return 'give up'
  switch (error.reason) {
    case 'context_length':
      return 'context fallback'
    case 'content_policy':
    case 'request_too_large':
      return 'give up'
    case 'quota':
      return 'next target'
    // The target is healthy, and another one might keep the response or take the input.
    case 'other_account':
    case 'unsupported_input':
      return 'as if not there'
    case null:
      break
  }
  if (error instanceof ProviderError) return byProvider(error)
  switch (error.code) {
    case 'upstream_unreachable':
    case 'empty_response':
    case 'stream_cut':
    // Another target would need a file handle too.
    case 'out_of_file_handles':
      return 'same target'
    case 'stream_error':
      return byStatus(error.status)
    // Nothing was sent, and another target's dialect might have a place for that part of the request.
    case 'not_carried':
      return 'as if not there'
    case 'bad_response':
    case 'malformed_stream':
    case 'upstream_timeout':
    case 'first_token_timeout':
    case 'answer_timeout':
    case 'idle_timeout':
      return 'next target'
    default:
      return 'give up'
  }
}

/** By `x-should-retry` the provider itself says whether another try could end otherwise. */
function byProvider({ status, shouldRetry }: ProviderError): WhatNext {
  const next = byStatus(status)
  if (shouldRetry === true) return 'same target'
  return shouldRetry === false && next === 'same target' ? 'next target' : next
}

/** 401, 402 and 403 are about the gateway's key, 404 about the target's model: neither is the caller's fault. */
function byStatus(status: number): WhatNext {
  if (status >= 500 || [408, 425, 429].includes(status)) return 'same target'
  return [401, 402, 403, 404].includes(status) ? 'next target' : 'give up'
}
