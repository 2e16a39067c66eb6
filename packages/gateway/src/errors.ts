/**
 * What can go wrong in a call, as one short list. A stage throws an error, and `answer-error.ts` answers with it.
 *
 * The message is sent to the caller and says what to do. It holds no key and no stack.
 */

/**
 * The HTTP status of each code while nothing has been sent; afterwards the code is in the stream's error event.
 * `error-meanings.ts` says what each code means.
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
  answer_timeout: 504,
  idle_timeout: 504,
  total_timeout: 504,
} as const

export type ErrorCode = keyof typeof errorStatus

/** What a provider's refusal is about, where that decides what could help. Each dialect reads it from the refusal. */
export type RefusalReason =
  /** The request is longer than the model's context: a model with a longer one could take it. */
  | 'context_length'
  | 'content_policy'
  /** A 429 or 413 that waiting does not help: this single request is over the limit. */
  | 'request_too_large'
  /** The account behind the key has no credit left. */
  | 'quota'
  /** The request continues a response that another account keeps. */
  | 'other_account'
  /** The request holds a kind of input, such as an image, that this model cannot read: another model could. */
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
  /** How long to wait before a retry; null when it is not known. */
  readonly retryAfterMs: number | null
  /** Headers that tell the caller more, such as `retry-after`. */
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

/** Guardrails could not check a part of an answer, so the answer is not whole, however much of it was sent. */
export class NotChecked extends GatewayError {
  override name = 'NotChecked'

  constructor(message: string, code: 'bad_response' | 'malformed_stream' = 'bad_response') {
    super(code, message)
  }
}

/** The provider refused. Its status and words are passed on to the caller. */
export class ProviderError extends GatewayError {
  override name = 'ProviderError'
  /** Body in OpenAI's form: the provider's own bytes where they have it already. */
  readonly body: Uint8Array

  /** Whether the provider says that a retry could help; null when it says nothing. */
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

/** The caller left, or stopped reading. It is no failure of the target: nothing is answered and nothing retried. */
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

/** Made once: it says nothing about a call, and a new one would cost each call the writing of a stack. */
export const callerLeft = new CallerGone('caller_left')
