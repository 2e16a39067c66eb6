/**
 * A start signal: a caller that must start several calls at one moment has the gateway's own work on them done before.
 *
 * With `x-gateway-start: last-byte` the last byte of the body, a line end, is not part of its JSON but the signal. The
 * gateway does everything but send the request, says `102 Processing` and waits. The call's time counts from the
 * signal, and no answer is sent before it, not even a refusal.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { onBodyFailed } from './body-failed.ts'
import { GatewayError } from './errors.ts'
import type { StopSignal } from './stop.ts'

export interface StartSignal {
  /** Tells the caller that the call is ready. Resolves at the signal; rejects with the reason if it will not come. */
  wait(): Promise<void>
  /** Resolves at the signal, or when it is sure that it will not come. */
  over(): Promise<void>
}

const header = 'x-gateway-start'

/** Whether the last byte of the body is the signal, which needs a Content-Length to know the last byte. */
export function hasStartSignal({ headers }: IncomingMessage): boolean {
  return headers[header] === 'last-byte' && Number(headers['content-length']) > 0
}

/** Throws `invalid_request` where the header asks for a signal that cannot be given. */
export function checkStartSignal(request: IncomingMessage): void {
  if (request.headers[header] === undefined || hasStartSignal(request)) return
  throw new GatewayError(
    'invalid_request',
    `\`${header}\` must be \`last-byte\`, on a request with a Content-Length.`,
  )
}

/** `signal` aborts when the call ends before its start. Null for a call without a start signal, as nearly all are. */
export function createStartSignal(
  request: IncomingMessage,
  response: ServerResponse,
  signal: StopSignal,
): StartSignal | null {
  if (!hasStartSignal(request)) return null
  const { promise: come, resolve, reject } = Promise.withResolvers<void>()
  // It can reject before anything waits for it.
  come.catch(() => {})
  request.on('end', resolve)
  onBodyFailed(request, reject)
  signal.addEventListener('abort', () => reject(signal.reason))
  return {
    wait() {
      // In a later turn: the signal may have come with the rest of the body, and is only read then.
      setImmediate(() => {
        if (knowsProcessing(request) && !request.complete && !response.headersSent) response.writeProcessing()
      })
      return come
    },
    over() {
      // A body that is not read never ends.
      request.resume()
      return come.catch(() => {})
    },
  }
}

/** A client of HTTP/1.0, which nginx is by default, would take `102 Processing` for the answer. */
function knowsProcessing({ httpVersion }: IncomingMessage): boolean {
  return httpVersion !== '1.0'
}
