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

/** `CONNECT`: Node hands over the connection and looks after it no more. */
export function answerTunnel(socket: Socket, { newest, onRefused }: Surroundings): void {
  socket.on('error', () => socket.destroy())
  // A second answer would be read as part of the first.
  if (newest?.writableFinished === false) return void socket.destroy()
  const error = new GatewayError('method_not_allowed', noProxy, { headers: { allow: 'GET, POST' } })
  onRefused(error.code)
  socket.setTimeout(tunnelMsMax, () => socket.destroy())
  // Unread, what the other side says would turn the end into a reset.
  socket.resume().end(toRawAnswer(error, createRequestId(), 'Method Not Allowed'))
}

/** Who has its answer and does not leave. */
const tunnelMsMax = 1_000

const noProxy =
  'This gateway is no proxy and opens no tunnels (CONNECT): make it the base URL of your client, and take it out of HTTPS_PROXY.'

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
