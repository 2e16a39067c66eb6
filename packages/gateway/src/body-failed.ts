/** Tells whoever waits for a request's body, now or later, that the rest will not come or cannot be read. */
import type { IncomingMessage } from 'node:http'
import type { GatewayError } from './errors.ts'

/**
 * The event on the request. A WeakMap from requests to listeners would not do: until the old generation is collected
 * its entries keep their listeners, and thereby every call that is over.
 */
const bodyFailed = Symbol('body failed')

/** Bodies that failed before anybody waited for them. These are few. */
const failed = new WeakMap<IncomingMessage, GatewayError>()

export function failBody(request: IncomingMessage, error: GatewayError): void {
  failed.set(request, error)
  request.emit(bodyFailed, error)
}

/** The listener gets the error; at once if the body has failed already. */
export function onBodyFailed(request: IncomingMessage, listener: (error: GatewayError) => void): void {
  const failure = failed.get(request)
  if (failure) listener(failure)
  else request.once(bodyFailed, listener)
}
