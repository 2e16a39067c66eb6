/**
 * What Node cannot read as a request never reaches a route; it is answered here. Where only its body is broken or late, who
 * reads the body answers.
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { toRawAnswer } from './answer-error.ts'
import { failBody } from './body-failed.ts'
import { type ErrorCode, GatewayError } from './errors.ts'
import { createRequestId } from './request-id.ts'

interface Surroundings {
  /** What the connection was last used for. */
  newest: ServerResponse | undefined
  onRefused(reason: ErrorCode): void
}

/** `code`: Node's, of the error that the reading ended with. */
export function answerBrokenRequest(
  code: string | undefined,
  socket: Socket,
  { newest, onRefused }: Surroundings,
) {
  const { error, phrase } = toBroken(code)
  if (newest && !(newest.writableFinished && newest.req.complete)) {
    // It left in the middle, or is answered already: a second answer would be read as part of the first.
    if (code === 'HPE_INVALID_EOF_STATE' || newest.headersSent) return socket.destroy()
    newest.setHeader('connection', 'close')
    return failBody(newest.req, error)
  }
  onRefused(error.code)
  socket.end(toRawAnswer(error, createRequestId(), phrase))
}

function toBroken(code: string | undefined): { error: GatewayError; phrase: string } {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        error: new GatewayError('request_timeout', 'The request took too long to arrive.'),
        phrase: 'Request Timeout',
      }
    case 'HPE_HEADER_OVERFLOW':
      return {
        error: new GatewayError('headers_too_large', 'The headers are too large.'),
        phrase: 'Request Header Fields Too Large',
      }
    default:
      return { error: new GatewayError('not_http', notHttp), phrase: 'Bad Request' }
  }
}

/** Mostly TLS, or HTTP/2 without a handshake. */
const notHttp =
  'This is not an HTTP request. The port speaks HTTP/1.1, no TLS and no HTTP/2: call it with http://, or by the proxy that has the certificate.'
