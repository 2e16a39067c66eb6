/**
 * Google's errors: `{"error": {"code", "message", "status", "details"}}`, in a list where a stream was asked for. The details
 * say when to come back (`RetryInfo`), which limit was hit (`QuotaFailure`), and that a key is wrong, which comes as a 400.
 */
import type { Fault, UpstreamHeaders } from '../dialect.ts'
import { readBody, readRetryAfterMs, toFault } from '../fault.ts'
import { count, isRecord, record, records, text } from '../read-json.ts'

export function readError(status: number, headers: UpstreamHeaders, body: string): Fault {
  const { json, words } = readBody(body)
  const error = record(record(Array.isArray(json) ? json[0] : json).error)
  const message = text(error.message) || words
  return read(error, status, message, readRetryAfterMs(headers))
}

/** An error in place of an answer, or in the middle of a stream. */
export function toErrorFault(error: Record<string, unknown>): Fault {
  const code = count(error.code) ?? 0
  const status = code >= 400 && code <= 599 ? code : 500
  return read(error, status, text(error.message) || JSON.stringify(error), null)
}

function read(error: Record<string, unknown>, status: number, message: string, hintMs: number | null): Fault {
  const details = records(error.details)
  const retryAfterMs = hintMs ?? readRetryInfoMs(details)
  if (details.some(({ reason }) => reason === 'API_KEY_INVALID')) return toFault({ status: 401, message })
  const isDaily = status === 429 && isSpentForToday(details)
  return toFault({ status, message, code: isDaily ? 'insufficient_quota' : undefined, retryAfterMs })
}

/** `"48s"`, `"48.9s"` */
function readRetryInfoMs(details: readonly Record<string, unknown>[]): number | null {
  const info = details.find((detail) => text(detail['@type']).endsWith('google.rpc.RetryInfo'))
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(text(info?.retryDelay)) ?? []
  return seconds === undefined ? null : Math.round(Number(seconds) * 1000)
}

/** `GenerateRequestsPerDayPerProjectPerModel-FreeTier`: the hint then still says seconds, and no wait of seconds cures it. */
function isSpentForToday(details: readonly Record<string, unknown>[]): boolean {
  const violations = details.flatMap((detail) => records(detail.violations))
  return violations.some((violation) => isRecord(violation) && /PerDay/.test(text(violation.quotaId)))
}
