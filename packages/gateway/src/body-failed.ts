/** The rest of a request's body will not come, or cannot be read: who waits for it is told, or who comes to wait. */
import type { IncomingMessage } from 'node:http'
import type { GatewayError } from './errors.ts'

/**
 * The event that tells it to who waits. No WeakMap from the request to the one who waits: until the old generation is
 * collected such an entry keeps its value, and thereby each call that is over.
 */
const bodyFailed = Symbol('body failed')

/** Bodies of which it was known before anybody waited for them; few. */
const failed = new WeakMap<IncomingMessage, GatewayError>()

export function failBody(request: IncomingMessage, error: GatewayError): void {
  failed.set(request, error)
  request.emit(bodyFailed, error)
}

/** Called with why; at once, when it is known already. */
export function onBodyFailed(request: IncomingMessage, listener: (error: GatewayError) => void): void {
  const failure = failed.get(request)
  if (failure) listener(failure)
  else request.once(bodyFailed, listener)
}
