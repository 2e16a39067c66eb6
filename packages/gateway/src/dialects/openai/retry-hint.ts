/**
 * What a refusal says about trying again. When to do so stands in `Retry-After`; Azure gives milliseconds in a header
 * of its own, Gemini a `RetryInfo` in the body.
 */
import type { UpstreamHeaders } from '../dialect.ts'
import { record } from '../read-json.ts'
import { firstRecord } from './loose-words.ts'

/**
 * The `Retry-After` for the caller, in whole seconds; null when the provider has sent it in this form, or does not say.
 * Not as a date: the answer has the gateway's `Date`, and the clock by which the provider meant it may be another.
 */
export function readRetryAfter(headers: UpstreamHeaders, json: unknown): string | null {
  const seconds = headers['retry-after'] === undefined ? readOtherHint(headers, json) : secondsUntil(headers)
  return seconds === null ? null : String(Math.ceil(seconds))
}

function readOtherHint(headers: UpstreamHeaders, json: unknown): number | null {
  const ms = toNumber(headers['retry-after-ms'])
  return ms === null ? readRetryInfo(json) : ms / 1000
}

/** In milliseconds, from the most exact place that has it; null when the provider does not say. */
export function readRetryAfterMs(headers: UpstreamHeaders, json: unknown): number | null {
  const ms = toNumber(headers['retry-after-ms'])
  // Azure sends 0 there and the seconds beside it.
  if (ms) return ms
  const seconds = toNumber(headers['retry-after']) ?? secondsUntil(headers) ?? readRetryInfo(json)
  return seconds === null ? ms : seconds * 1000
}

/** `x-should-retry`, as OpenAI and Anthropic send it. */
export function readShouldRetry({ 'x-should-retry': word }: UpstreamHeaders): boolean | null {
  if (word === 'true') return true
  return word === 'false' ? false : null
}

/** `Retry-After` can be a date. It is compared with the provider's own `Date`, whatever our clock says. */
function secondsUntil({ 'retry-after': until, date }: UpstreamHeaders): number | null {
  if (toNumber(until) !== null) return null
  const seconds = (Date.parse(String(until)) - Date.parse(String(date))) / 1000
  return Number.isNaN(seconds) ? null : Math.max(0, seconds)
}

function toNumber(value: UpstreamHeaders[string]): number | null {
  return typeof value === 'string' && /^\d{1,9}(\.\d+)?$/.test(value) ? Number(value) : null
}

/** `{"@type": "…RetryInfo", "retryDelay": "48.9s"}` among `error.details`; seconds. */
function readRetryInfo(json: unknown): number | null {
  const details = record(firstRecord(json)?.error).details
  for (const detail of Array.isArray(details) ? details : []) {
    const delay = /^(\d{1,9}(?:\.\d+)?)s$/.exec(String(record(detail).retryDelay))
    if (delay) return Number(delay[1])
  }
  return null
}
