/**
 * Anthropic's errors: `{"type": "error", "error": {"type", "message"}}`, as a body with a status or as an event in a
 * 200 stream.
 */
import type { Fault, UpstreamHeaders } from '../dialect.ts'
import { readBody, toFault } from '../fault.ts'
import { readRetryAfterMs } from '../openai/retry-hint.ts'
import { record, text } from '../read-json.ts'

export function readError(status: number, headers: UpstreamHeaders, body: string): Fault {
  const { json, words } = readBody(body)
  const error = record(record(json).error)
  const message = text(error.message) || words
  return toFault({ status, message, code: codeOf(message), retryAfterMs: readRetryAfterMs(headers, null) })
}

/** Inside a stream the error has no status: its type stands for one. */
export function toStreamFault(error: Record<string, unknown>): Fault {
  const message = text(error.message) || JSON.stringify(error)
  return toFault({ status: statusOf(text(error.type)), message, code: codeOf(message) })
}

function statusOf(type: string): number {
  switch (type) {
    case 'invalid_request_error':
      return 400
    case 'authentication_error':
      return 401
    case 'billing_error':
      return 402
    case 'permission_error':
      return 403
    case 'not_found_error':
      return 404
    case 'request_too_large':
      return 413
    case 'rate_limit_error':
      return 429
    case 'timeout_error':
      return 504
    case 'overloaded_error':
      return 529
    default:
      return 500
  }
}

/** "Your credit balance is too low …" comes as a 400: no retry and no other model of Anthropic's cures it. */
function codeOf(message: string): string | undefined {
  return /credit balance is too low/i.test(message) ? 'insufficient_quota' : undefined
}
