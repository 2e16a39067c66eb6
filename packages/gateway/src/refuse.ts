import type { ServerResponse } from 'node:http'
import { answerError } from './answer-error.ts'
import type { EndpointFacts } from './endpoints.ts'
import { type ErrorCode, GatewayError } from './errors.ts'
import { createRequestId, tellRequestId } from './request-id.ts'

/** Answers what is no call, or never becomes one. Returns what the caller is told. */
export function refuse(response: ServerResponse, reason: unknown, form: EndpointFacts['dialect']): ErrorCode {
  const error = reason instanceof GatewayError ? reason : internalError(reason)
  const requestId = createRequestId()
  const headers = tellRequestId({}, requestId, form)
  answerError(response, error, { form, requestId, headers, eventNumber: 0, report: null })
  return error.code
}

function internalError(cause: unknown): GatewayError {
  return new GatewayError('internal_error', 'The gateway failed.', { cause })
}
