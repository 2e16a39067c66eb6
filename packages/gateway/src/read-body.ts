/** Reads a request's body whole, up to a bound. */
import type { IncomingMessage } from 'node:http'
import { onBodyFailed } from './body-failed.ts'
import { callerLeft, GatewayError } from './errors.ts'
import { hasStartSignal } from './start-signal.ts'

/** How much a caller can go on sending after its body was refused, so that it gets to read the answer. */
const discardedBytesMax = 64 * 1024 * 1024

/**
 * Resolves when the body is whole, or with a start signal when all but the signal has come. Rejects with
 * `request_too_large`, with the error given to `failBody`, or with `CallerGone` when the caller left before the end.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    onBodyFailed(request, reject)
    // The caller left while its token was checked: no event will tell it any more.
    if (request.destroyed) return reject(callerLeft)
    const length = Number(request.headers['content-length'])
    /** The length of the body without its start signal. */
    const asked = hasStartSignal(request) ? length - 1 : Number.POSITIVE_INFINITY
    const finish = () => {
      const [first = Buffer.alloc(0)] = parts
      const isOne = parts.length <= 1 && first.length <= asked
      resolve(isOne ? first : Buffer.concat(parts, Math.min(bytes, asked)))
      parts.length = 0
    }
    const refuse = () => {
      isRefused = true
      parts.length = 0
      reject(
        new GatewayError(
          'request_too_large',
          `The body is larger than ${bytesMax} bytes, which is the most this gateway takes: \`bodyBytesMax\` in its config.`,
        ),
      )
    }
    const parts: Buffer[] = []
    let bytes = 0
    let isRefused = false
    let discarded = 0
    if (length > bytesMax) refuse()
    request.on('data', (part: Buffer) => {
      bytes += part.length
      if (bytes > bytesMax && !isRefused) refuse()
      if (isRefused) {
        discarded += part.length
        if (discarded > discardedBytesMax) request.destroy()
      } else {
        parts.push(part)
        if (bytes >= asked) finish()
      }
    })
    request.on('end', finish)
    // An error ends in a close too, and Node tells it only where somebody listens.
    request.on('close', () => reject(callerLeft))
  })
}
