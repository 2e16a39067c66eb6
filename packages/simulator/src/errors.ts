/**
 * All errors of the simulator, in the form of OpenAI's. They are thrown where they are found, and answered in one place
 * (`server.ts`).
 */
const kinds = {
  invalid_json: { status: 400, type: 'invalid_request_error' },
  invalid_request: { status: 400, type: 'invalid_request_error' },
  invalid_api_key: { status: 401, type: 'invalid_request_error' },
  not_found: { status: 404, type: 'invalid_request_error' },
  model_not_found: { status: 404, type: 'invalid_request_error' },
  method_not_allowed: { status: 405, type: 'invalid_request_error' },
  request_too_large: { status: 413, type: 'invalid_request_error' },
  rate_limit_exceeded: { status: 429, type: 'requests' },
  server_error: { status: 500, type: 'server_error' },
  too_many_calls: { status: 503, type: 'server_error' },
} as const

export type ErrorCode = keyof typeof kinds

interface Details {
  /** The field of the request that is at fault. */
  param?: string | null
  /** Sent as `Retry-After` (whole seconds, rounded up) and as `retry-after-ms`. */
  retryAfterMs?: number | null
  /** Set where a profile asks for another status than the code's own. */
  status?: number
}

export class SimulatorError extends Error {
  override name = 'SimulatorError'
  readonly code: ErrorCode
  readonly status: number
  readonly param: string | null
  readonly retryAfterMs: number | null

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message)
    this.code = code
    this.status = details.status ?? kinds[code].status
    this.param = details.param ?? null
    this.retryAfterMs = details.retryAfterMs ?? null
  }

  get body() {
    const { message, code, param } = this
    return { error: { message, type: kinds[code].type, param, code } }
  }

  get headers(): Record<string, string> {
    if (this.retryAfterMs === null) return {}
    return {
      'retry-after': String(Math.ceil(this.retryAfterMs / 1000)),
      'retry-after-ms': String(this.retryAfterMs),
    }
  }
}
