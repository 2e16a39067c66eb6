/**
 * Bytes that Node cannot read as a request never reach a route; they are answered here. Where only the body is broken
 * or late, the code that reads the body answers.
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { toRawAnswer } from './answer-error.ts'
import { failBody } from './body-failed.ts'
import { type ErrorCode, GatewayError } from './errors.ts'
import { createRequestId } from './request-id.ts'

interface Surroundings {
  /** The newest response on the connection. */
  newest: ServerResponse | undefined
  onRefused(reason: ErrorCode): void
}

/** `code`: that of Node's error. */
export function answerBrokenRequest(
  code: string | undefined,
  socket: Socket,
  { newest, onRefused }: Surroundings,
) {
  const { error, phrase } = toBroken(code)
  if (newest) {
    // The caller left in the middle, or has its answer already: a second one would be read as part of the first.
    if (code === 'HPE_INVALID_EOF_STATE' || newest.headersSent) return socket.destroy()
    newest.setHeader('connection', 'close')
    return failBody(newest.req, error)
  }
  onRefused(error.code)
  socket.end(toRawAnswer(error, createRequestId(), phrase))
}

/** `CONNECT`: Node hands over the connection and no longer manages it. */
export function answerTunnel(socket: Socket, { newest, onRefused }: Surroundings): void {
  socket.on('error', () => socket.destroy())
  // A second answer would be read as part of the first.
  if (newest?.writableFinished === false) return void socket.destroy()
  const error = new GatewayError('method_not_allowed', noProxy, { headers: { allow: 'GET, POST' } })
  onRefused(error.code)
  socket.setTimeout(tunnelMsMax, () => socket.destroy())
  // The caller's bytes must be read: unread bytes would turn the close into a reset.
  socket.resume().end(toRawAnswer(error, createRequestId(), 'Method Not Allowed'))
}

/** How long a caller that has its answer can keep the connection open. */
const tunnelMsMax = 1_000

const noProxy =
  'This gateway is not a proxy and opens no tunnels (CONNECT): make it the base URL of your client, not HTTPS_PROXY.'

function toBroken(code: string | undefined): { error: GatewayError; phrase: string } {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        error: new GatewayError('request_timeout', 'The request took too long to arrive. Send it again.'),
        phrase: 'Request Timeout',
      }
    case 'HPE_HEADER_OVERFLOW':
      return {
        error: new GatewayError(
          'headers_too_large',
          'The headers are too large. Send fewer or shorter ones.',
        ),
        phrase: 'Request Header Fields Too Large',
      }
    default:
      return { error: new GatewayError('not_http', notHttp), phrase: 'Bad Request' }
  }
}

/** Mostly TLS, or HTTP/2 with prior knowledge. */
const notHttp =
  'This is not an HTTP request. The port speaks HTTP/1.1, no TLS and no HTTP/2: call it with http://, or by a TLS proxy.'
