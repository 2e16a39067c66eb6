/** Reads a request's body as text, up to 4 MB: more than any prompt, less than what hurts. */
import type { IncomingMessage } from 'node:http'
import { SimulatorError } from './errors.ts'

const bodyBytesMax = 4 * 1024 * 1024
/**
 * A longer body is read on and thrown away up to here: a caller that is still sending when we close would see a broken
 * socket and not our answer. Beyond it, that is what it sees.
 */
const discardBytesMax = 64 * 1024 * 1024

export interface Body {
  text: string
  /** When it was whole, on the monotonic clock. */
  readAtNs: bigint
}

/**
 * The body, and the moment at which it was whole. Throws `request_too_large`. The server's `requestTimeout` bounds how
 * long a slow body may take. By its events and not as an async iterator, which takes longer to set up than all the
 * rest: what the first of many requests takes, the others wait for.
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
