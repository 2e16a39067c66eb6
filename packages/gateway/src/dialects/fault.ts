/**
 * A provider's refusal in OpenAI's terms. The status decides, except for three cases with consequences of their own: a
 * prompt that is too long (it has its own fallbacks), a wrong key, an account without money (no retry cures these).
 */
import type { Fault } from './dialect.ts'
import { readText, shortenMessage } from './provider-words.ts'
import { parseJson } from './read-json.ts'

export interface Refusal {
  status: number
  message: string
  /** Where the provider says more than its status does. */
  code?: string | undefined
  retryAfterMs?: number | null
}

/** The message keeps its length: keys are struck out of it before it is shortened, as half a key is not found. */
export function toFault({ status, message, code, retryAfterMs = null }: Refusal): Fault {
  const known =
    code ?? (isTooLong(status, shortenMessage(message)) ? 'context_length_exceeded' : codeOf(status))
  return { message, status, type: typeOf(status), code: known, retryAfterMs }
}

/** The JSON of an error body, or undefined; and the message of a body that is not JSON (a proxy's page, plain text). */
export function readBody(body: string): { json: unknown; words: string } {
  const json = parseJson(body)
  return { json, words: readText(body) || 'The provider sent an error without a message.' }
}

/**
 * Anthropic: "prompt is too long: 203045 tokens > 200000 maximum"; Gemini: "input token count (…) exceeds"; Bedrock:
 * "Input is too long".
 */
function isTooLong(status: number, message: string): boolean {
  if (status !== 400 && status !== 413) return false
  return /(prompt|input) is too long|token count.{0,200}exceeds|exceeds? (the )?(model's )?(maximum )?context/i.test(
    message,
  )
}

/** OpenAI's `type` for a status. */
export function typeOf(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}

function codeOf(status: number): string {
  switch (status) {
    case 401:
      return 'invalid_api_key'
    case 402:
      return 'insufficient_quota'
    case 403:
      return 'permission_denied'
    case 404:
      return 'model_not_found'
    case 413:
      return 'request_too_large'
    case 429:
      return 'rate_limit_exceeded'
    case 408:
    case 504:
      return 'timeout'
    case 503:
    case 529:
      return 'overloaded'
    default:
      return status >= 500 ? 'server_error' : 'invalid_request'
  }
}
