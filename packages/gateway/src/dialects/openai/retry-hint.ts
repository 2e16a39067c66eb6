/**
 * When to come back, as whole seconds for a `Retry-After` header; null when the provider does not say, or says it in
 * that header already. Azure gives milliseconds in a header of its own, Gemini a `RetryInfo` in the body.
 */
import type { IncomingHttpHeaders } from 'node:http'

export function readRetryAfter(headers: IncomingHttpHeaders, json: unknown): string | null {
  if (headers['retry-after'] !== undefined) return null
  const ms = Number(headers['retry-after-ms'] ?? Number.NaN)
  const seconds = ms >= 0 ? ms / 1000 : readRetryInfo(json)
  return seconds === null ? null : String(Math.ceil(seconds))
}

/** `{"@type": "…RetryInfo", "retryDelay": "48.9s"}` among `error.details`; seconds. */
function readRetryInfo(json: unknown): number | null {
  const details = member(member(Array.isArray(json) ? json[0] : json, 'error'), 'details')
  for (const detail of Array.isArray(details) ? details : []) {
    const delay = /^(\d+(?:\.\d+)?)s$/.exec(String(member(detail, 'retryDelay')))
    if (delay) return Number(delay[1])
  }
  return null
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}
