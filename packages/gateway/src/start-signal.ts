/**
 * A start signal: who must let several calls go at one moment has the gateway's own work on them done before it.
 *
 * With `x-gateway-start: last-byte` the last byte of the body, a line end, is no part of its JSON but the signal. The gateway
 * does everything but the sending, says `102 Processing` and waits. The call's time counts from the signal, and no answer
 * comes before it, nor does a refusal.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { onBodyFailed } from './body-failed.ts'
import { callerLeft, GatewayError } from './errors.ts'
import type { StopSignal } from './stop.ts'

export interface StartSignal {
  /** Tells the caller that the call is ready. Resolves at the signal; rejects with why it will not come. */
  wait(): Promise<void>
  /** Resolves at the signal, or when it will not come. */
  over(): Promise<void>
}

const header = 'x-gateway-start'

/** Is the last byte of its body the signal? Only where it can be told which one is the last. */
export function hasStartSignal({ headers }: IncomingMessage): boolean {
  return headers[header] === 'last-byte' && Number(headers['content-length']) > 0
}

/** Throws `invalid_request` where a signal is meant and none can be. */
export function checkStartSignal(request: IncomingMessage): void {
  if (request.headers[header] === undefined || hasStartSignal(request)) return
  throw new GatewayError(
    'invalid_request',
    `\`${header}\` must be \`last-byte\`, on a request with a Content-Length.`,
  )
}

/** `signal` aborts when the call is over before it began. Null for a call that starts when it comes, as nearly all do. */
export function createStartSignal(
  request: IncomingMessage,
  response: ServerResponse,
  signal: StopSignal,
): StartSignal | null {
  if (!hasStartSignal(request)) return null
  const { promise: come, resolve, reject } = Promise.withResolvers<void>()
  // It may fail before anybody waits.
  come.catch(() => {})
  request.on('end', resolve)
  request.on('close', () => reject(callerLeft))
  onBodyFailed(request, reject)
  signal.addEventListener('abort', () => reject(signal.reason))
  return {
    wait() {
      // In a turn of its own: the signal may have come with the rest, and is read only now.
      setImmediate(() => {
        if (knowsProcessing(request) && !request.complete && !response.headersSent) response.writeProcessing()
      })
      return come
    },
    over() {
      // What nobody reads has no end.
      request.resume()
      return come.catch(() => {})
    },
  }
}

/** Who speaks HTTP/1.0, as nginx does by itself, would take it for the answer. */
function knowsProcessing({ httpVersion }: IncomingMessage): boolean {
  return httpVersion !== '1.0'
}
