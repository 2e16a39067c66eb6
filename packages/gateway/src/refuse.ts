import type { ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { answerError } from './answer-error.ts'
import type { EndpointFacts } from './endpoints.ts'
import { type ErrorCode, GatewayError } from './errors.ts'
import { createRequestId, tellRequestId } from './request-id.ts'

/** Answers a request that is not a call, or never becomes one, with an error. Returns its code. */
export function refuse(
  response: ServerResponse,
  reason: unknown,
  form: EndpointFacts['dialect'],
  log: Logger,
): ErrorCode {
  const requestId = createRequestId()
  const error = reason instanceof GatewayError ? reason : toInternalError(log, requestId, reason)
  const headers = tellRequestId({}, requestId, form)
  answerError(response, error, { form, requestId, headers, eventNumber: 0, report: null })
  return error.code
}

/** Logs the cause, which callers are never told. */
export function toInternalError(log: Logger, requestId: string, cause: unknown): GatewayError {
  log.error({ requestId, err: cause }, 'a request failed because of an error in the gateway')
  return new GatewayError(
    'internal_error',
    `The gateway failed. Its log has the reason under request id ${requestId}.`,
    { cause },
  )
}
