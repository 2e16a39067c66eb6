/** Reads a request's body as text, up to 4 MB: more than any prompt, less than what hurts. */
import type { IncomingMessage } from 'node:http'
import { SimulatorError } from './errors.ts'

export const bodyBytesMax = 4 * 1024 * 1024
/**
 * A longer body is read on and thrown away up to here: a caller that is still sending when we close would see a broken
 * socket and not our answer. Beyond it, that is what it sees.
 */
const discardBytesMax = 64 * 1024 * 1024

/** Throws `request_too_large`. The server's `requestTimeout` bounds how long a slow body may take. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes <= bodyBytesMax) parts.push(part)
    else parts.length = 0
    if (bytes > discardBytesMax) break
  }
  if (bytes > bodyBytesMax) {
    throw new SimulatorError(
      'request_too_large',
      `The body is over ${bodyBytesMax} bytes; send a shorter prompt.`,
    )
  }
  return Buffer.concat(parts).toString('utf8')
}
