/** The id by which a call, or any other request, is found in log, books and audit, and the headers that tell it. */
import { randomBytes } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http'
import type { EndpointFacts } from './endpoints.ts'

/**
 * A unique id: the wall clock in milliseconds, random bytes of this process, a number. The time comes first, as in a
 * UUID of version 7: ids made together are together in an index, so that the books write one page of it a batch instead
 * of one a call. Ids of requests that are not calls begin with the time too.
 */
export function createRequestId(atMs = Date.now()): string {
  lastNumber = (lastNumber + 1) % 2 ** 32
  if (atMs !== beginning.atMs) beginning = { atMs, text: `req_${toHex(atMs, 12)}${ofProcess}` }
  return beginning.text + toHex(lastNumber, 8)
}

const ofProcess = randomBytes(6).toString('hex')
let lastNumber = 0
/** Kept, because many requests arrive in the same millisecond. */
let beginning = { atMs: Number.NaN, text: '' }

function toHex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0')
}

/** The only headers that official clients show. An id that the provider sent in them is kept. */
const clientHeaders = { openai: 'x-request-id', anthropic: 'request-id' } as const

/** Adds the id to the headers of an answer. */
export function tellRequestId(
  headers: OutgoingHttpHeaders,
  id: string,
  dialect: EndpointFacts['dialect'],
): OutgoingHttpHeaders {
  headers['x-gateway-request-id'] = id
  headers[clientHeaders[dialect]] ??= id
  return headers
}
