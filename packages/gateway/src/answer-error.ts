/**
 * The one place where an error becomes an answer, in OpenAI's envelope: a status and a JSON body while nothing has been
 * sent; afterwards one error event and the end of the stream, without `[DONE]`, so that it never looks complete.
 */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { GatewayReport } from '@drag-race/contracts'
import { encodeEvent } from '@drag-race/wire'
import { typeOf } from './dialects/openai/error-reader.ts'
import { type GatewayError, ProviderError } from './errors.ts'

export interface ErrorContext {
  headers: OutgoingHttpHeaders
  /** Goes into the error event when the caller asked for it. */
  report: GatewayReport | null
}

export function answerError(response: ServerResponse, error: GatewayError, context: ErrorContext): void {
  if (response.headersSent) {
    const event = { ...toEnvelope(error), ...(context.report && { gateway: context.report }) }
    response.end(encodeEvent({ data: JSON.stringify(event) }))
    return
  }
  const body = error instanceof ProviderError ? error.body : JSON.stringify(toEnvelope(error))
  response.writeHead(error.status, {
    ...context.headers,
    ...toOwnHeaders(error),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

function toOwnHeaders({ headers, retryAfterMs }: GatewayError): OutgoingHttpHeaders {
  if (Object.keys(headers).length > 0 || retryAfterMs === null) return headers
  return { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }
}

/** The envelope as a whole HTTP answer, for a request that Node could not even read. */
export function toRawAnswer(error: GatewayError, reasonPhrase: string): string {
  const body = JSON.stringify(toEnvelope(error))
  return [
    `HTTP/1.1 ${error.status} ${reasonPhrase}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}

function toEnvelope({ message, code, status }: GatewayError) {
  return { error: { message, type: typeOf(status), code, param: null } }
}
