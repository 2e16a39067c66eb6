/** The error of a dialect: it cannot carry a request, or cannot use an answer. The caller reads its message. */
import type { Fault } from './dialect.ts'

export class DialectError extends Error {
  override name = 'DialectError'
  readonly fault: Fault
  /** The member of the request that is meant, such as `messages[2].content`; null for an answer. */
  readonly param: string | null

  constructor(fault: Fault, param: string | null = null) {
    super(fault.message)
    this.fault = fault
    this.param = param
  }

  get code(): string {
    return this.fault.code
  }

  get status(): number {
    return this.fault.status
  }
}

/** The request cannot be carried. `message` goes on after the name of the member, and says what to do. */
export function cannotCarry(param: string, message: string): DialectError {
  const fault = { status: 400, type: 'invalid_request_error', code: 'invalid_request', retryAfterMs: null }
  return new DialectError({ ...fault, message: `\`${param}\` ${message}` }, param)
}

/** The provider's answer cannot be used. */
export function badAnswer(message: string, code = 'bad_response'): DialectError {
  return new DialectError({ message, status: 502, type: 'server_error', code, retryAfterMs: null })
}
