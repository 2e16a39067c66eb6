/**
 * What can go wrong in a call, as one short list. A stage throws; `answer-error.ts` answers, in one place.
 *
 * The message goes to the caller and tells what to do. It holds no key and no stack.
 */

/**
 * Code → HTTP status while nothing has been sent; afterwards the code stands in the stream's error event. What each means is in
 * `error-meanings.ts`.
 */
export const errorStatus = {
  invalid_json: 400,
  invalid_request: 400,
  not_carried: 400,
  not_http: 400,
  guardrail_rejected: 400,
  missing_api_key: 401,
  invalid_api_key: 401,
  invalid_token: 401,
  budget_exceeded: 402,
  host_not_allowed: 403,
  model_not_allowed: 403,
  admin_required: 403,
  not_found: 404,
  model_not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  request_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  headers_too_large: 431,
  internal_error: 500,
  upstream_unreachable: 502,
  empty_response: 502,
  bad_response: 502,
  stream_cut: 502,
  stream_error: 502,
  malformed_stream: 502,
  provider_error: 502,
  model_unavailable: 503,
  out_of_file_handles: 503,
  targets_resting: 503,
  gateway_shutdown: 503,
  auth_unavailable: 503,
  books_unavailable: 503,
  upstream_timeout: 504,
  first_token_timeout: 504,
  idle_timeout: 504,
  total_timeout: 504,
} as const

export type ErrorCode = keyof typeof errorStatus

/** What a provider's refusal is about, where that decides what may cure it. Each dialect reads it from its own words. */
export type RefusalReason =
  /** The request is longer than the model's context: a model with a longer one may take it. */
  | 'context_length'
  | 'content_policy'
  /** A 429 or 413 that no waiting cures: this one request is over the limit. */
  | 'request_too_large'
  /** The account behind the key has run dry. */
  | 'quota'
  /** It goes on from a response that another account keeps. */
  | 'other_account'
  /** It holds a kind of input, as an image, that this model has no place for: another one may have. */
  | 'unsupported_input'

export interface ErrorOptions {
  status?: number | undefined
  cause?: unknown
  reason?: RefusalReason | null
  retryAfterMs?: number | null
  headers?: Record<string, string>
}

export class GatewayError extends Error {
  override name = 'GatewayError'
  readonly code: ErrorCode
  readonly status: number
  readonly reason: RefusalReason | null
  /** When to come back; null when nobody said. */
  readonly retryAfterMs: number | null
  /** That tell the caller more, `retry-after` among them. */
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.status = options.status ?? errorStatus[code]
    this.reason = options.reason ?? null
    this.retryAfterMs = options.retryAfterMs ?? null
    this.headers = options.headers ?? {}
  }
}

/** Guardrails could not look into a part of an answer that belongs to it: however much was said, it is not whole. */
export class NotChecked extends GatewayError {
  override name = 'NotChecked'

  constructor(message: string, code: 'bad_response' | 'malformed_stream' = 'bad_response') {
    super(code, message)
  }
}

/** The provider said no. Its status and words pass to the caller. */
export class ProviderError extends GatewayError {
  override name = 'ProviderError'
  /** Body in OpenAI's form: the provider's own bytes where they have it already. */
  readonly body: Uint8Array

  /** Its own word on whether another try could end otherwise; null when it gave none. */
  readonly shouldRetry: boolean | null

  constructor(answer: ProviderAnswer) {
    super('provider_error', answer.message, answer)
    this.body = answer.body
    this.shouldRetry = answer.shouldRetry
  }
}

export interface ProviderAnswer {
  status: number
  message: string
  body: Uint8Array
  headers: Record<string, string>
  reason: RefusalReason | null
  retryAfterMs: number | null
  shouldRetry: boolean | null
}

export type CallerEnd = 'caller_left' | 'caller_too_slow'

/** The caller went away, or takes nothing any more. No failure of anybody: nothing is answered, nothing retried. */
export class CallerGone extends Error {
  override name = 'CallerGone'
  readonly code: CallerEnd

  constructor(code: CallerEnd) {
    super(`The caller ${code === 'caller_left' ? 'left' : 'was too slow'}.`)
    this.code = code
  }
}

export function isCallerEnd(outcome: string): boolean {
  return outcome === 'caller_left' || outcome === 'caller_too_slow'
}

/** Made once: it says nothing of any call, and a new one would cost each call the writing of a stack. */
export const callerLeft = new CallerGone('caller_left')
