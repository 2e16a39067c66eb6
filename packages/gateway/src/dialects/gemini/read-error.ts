/**
 * Google's errors: `{"error": {"code", "message", "status", "details"}}`, in a list where a stream was asked for. The
 * details say when to try again (`RetryInfo`), which limit was hit (`QuotaFailure`), and that a key is wrong, which
 * comes as a 400.
 */
import type { Fault, UpstreamHeaders } from '../dialect.ts'
import { readBody, toFault } from '../fault.ts'
import { readRetryAfterMs } from '../openai/retry-hint.ts'
import { count, isRecord, record, records, text } from '../read-json.ts'

export function readError(status: number, headers: UpstreamHeaders, body: string): Fault {
  const { json, words } = readBody(body)
  const error = record(record(Array.isArray(json) ? json[0] : json).error)
  const message = text(error.message) || words
  return read(error, status, message, readRetryAfterMs(headers, json))
}

/** An error in place of an answer, or in the middle of a stream. */
export function toErrorFault(error: Record<string, unknown>): Fault {
  const code = count(error.code) ?? 0
  const status = code >= 400 && code <= 599 ? code : 500
  const hintMs = readRetryAfterMs({}, { error })
  return read(error, status, text(error.message) || JSON.stringify(error), hintMs)
}

function read(
  error: Record<string, unknown>,
  status: number,
  message: string,
  retryAfterMs: number | null,
): Fault {
  const details = records(error.details)
  if (details.some(({ reason }) => reason === 'API_KEY_INVALID')) return toFault({ status: 401, message })
  const isDaily = status === 429 && isSpentForToday(details)
  return toFault({ status, message, code: isDaily ? 'insufficient_quota' : undefined, retryAfterMs })
}

/**
 * `GenerateRequestsPerDayPerProjectPerModel-FreeTier`: `RetryInfo` still names seconds, but waiting so long does not
 * help.
 */
function isSpentForToday(details: readonly Record<string, unknown>[]): boolean {
  const violations = details.flatMap((detail) => records(detail.violations))
  return violations.some((violation) => isRecord(violation) && /PerDay/.test(text(violation.quotaId)))
}
