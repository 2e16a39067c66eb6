/** Reads a request's body as text, up to 4 MB: more than any prompt, and little enough to be harmless. */
import type { IncomingMessage } from 'node:http'
import { SimulatorError } from './errors.ts'

const bodyBytesMax = 4 * 1024 * 1024
/**
 * A body that is too long is read and dropped up to this length, because a caller that is still sending when the socket
 * closes would see a broken socket instead of the answer. A caller that sends more than this does see that.
 */
const discardBytesMax = 64 * 1024 * 1024

export interface Body {
  text: string
  /** When the body was whole, on the monotonic clock. */
  readAtNs: bigint
}

/**
 * Reads the body, and notes when it was whole. Rejects with `request_too_large`. The server's `requestTimeout` bounds
 * how long a slow body can take. It uses the request's events, because an async iterator takes longer to set up than
 * all the rest, and while one of many requests is read the others wait.
 */
export function readBody(request: IncomingMessage, nowNs: () => bigint): Promise<Body> {
  const parts: Buffer[] = []
  let bytes = 0
  return new Promise((resolve, reject) => {
    const refuse = () =>
      reject(
        new SimulatorError(
          'request_too_large',
          `The body is over ${bodyBytesMax} bytes; send a shorter prompt.`,
        ),
      )
    request.on('data', (part: Buffer) => {
      bytes += part.length
      if (bytes <= bodyBytesMax) parts.push(part)
      else parts.length = 0
      if (bytes > discardBytesMax) {
        request.destroy()
        refuse()
      }
    })
    request.on('end', () => {
      const readAtNs = nowNs()
      if (bytes > bodyBytesMax) refuse()
      else resolve({ text: Buffer.concat(parts).toString('utf8'), readAtNs })
    })
    request.on('error', reject)
    request.on('close', () => reject(new Error('The caller left before its request was whole.')))
  })
}
