/** Reads a request's body whole, up to a bound. */
import type { IncomingMessage } from 'node:http'
import { callerLeft, GatewayError } from './errors.ts'

/** What a caller may go on sending after its body was refused, so that it can read the answer. */
const discardedBytesMax = 64 * 1024 * 1024

/**
 * The event that tells it to who waits. No WeakMap from the request to the one who waits: until the old generation is
 * collected such an entry keeps its value, and thereby each call that is over.
 */
const bodyFailed = Symbol('body failed')

/** Bodies of which it was known before anybody waited for them; few. */
const failed = new WeakMap<IncomingMessage, GatewayError>()

/** The rest of it will not come, or cannot be read: who waits for it is told, or who comes to wait. */
export function failBody(request: IncomingMessage, error: GatewayError): void {
  failed.set(request, error)
  request.emit(bodyFailed, error)
}

/** Throws `request_too_large`, what `failBody` said, or `CallerGone` when the caller left before the end. */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const failure = failed.get(request)
    if (failure) return reject(failure)
    request.once(bodyFailed, reject)
    const refuse = () => {
      parts.length = 0
      reject(
        new GatewayError(
          'request_too_large',
          `The body is larger than ${bytesMax} bytes, which is the most this gateway takes.`,
        ),
      )
    }
    const parts: Buffer[] = []
    let bytes = 0
    if (Number(request.headers['content-length'] ?? 0) > bytesMax) refuse()
    request.on('data', (part: Buffer) => {
      bytes += part.length
      if (bytes <= bytesMax) parts.push(part)
      else if (bytes > discardedBytesMax) request.destroy()
      else refuse()
    })
    request.on('end', () => resolve(parts.length === 1 ? parts[0]! : Buffer.concat(parts)))
    request.on('close', () => reject(callerLeft))
    request.on('error', () => reject(callerLeft))
  })
}
