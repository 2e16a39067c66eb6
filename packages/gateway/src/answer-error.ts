/**
 * The one place where an error becomes an answer, in the form that its caller reads. While nothing has been sent it is
 * a status and a JSON body; afterwards one error event and the end of the stream, without `[DONE]`, so that the answer
 * never looks complete.
 */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { GatewayReport } from '@drag-race/contracts'
import { type FormContext, toErrorBody, toErrorEvent } from './error-form.ts'
import type { ErrorCode, GatewayError } from './errors.ts'

export interface ErrorContext extends FormContext {
  headers: OutgoingHttpHeaders
  /** Sent beside the error, in a body or an event; null when the caller did not ask for it. */
  report: GatewayReport | null
}

export function answerError(response: ServerResponse, error: GatewayError, context: ErrorContext): void {
  if (response.headersSent) {
    response.end(toErrorEvent(error, context, context.report ? { gateway: context.report } : {}))
    return
  }
  const body = toErrorBody(error, context, context.report)
  response.writeHead(error.status, {
    ...context.headers,
    ...toOwnHeaders(error),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

/**
 * Official clients retry calls with these statuses, though a retry would end the same way: the call's time is over, or
 * the config must change first.
 */
const incurable: ReadonlySet<ErrorCode> = new Set(['total_timeout', 'model_unavailable'])

function toOwnHeaders({ code, headers, retryAfterMs }: GatewayError): OutgoingHttpHeaders {
  if (incurable.has(code)) return { ...headers, 'x-should-retry': 'false' }
  if (Object.keys(headers).length > 0 || retryAfterMs === null) return headers
  return { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }
}

/**
 * A whole HTTP answer, for a request that Node could not read. It is in OpenAI's form, because the caller's is unknown.
 */
export function toRawAnswer(error: GatewayError, requestId: string, reasonPhrase: string): string {
  const body = toErrorBody(error, { form: 'openai', requestId, eventNumber: 0 }, null)
  return [
    `HTTP/1.1 ${error.status} ${reasonPhrase}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Gateway-Request-Id: ${requestId}`,
    ...Object.entries(error.headers).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}
