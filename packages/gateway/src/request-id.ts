/** What a call, or any other request, is found by in log, books and audit; and where its caller reads it. */
import { randomBytes } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http'
import type { EndpointFacts } from './endpoints.ts'

/**
 * Unlike every other: the milliseconds of the wall clock, what is random for each process, a number. By time first, as in a
 * UUID of version 7: what came together lies together in an index, and the books write a page of it a batch instead of one
 * a call. What is no call begins with the moment too.
 */
export function createRequestId(atMs = Date.now()): string {
  lastNumber = (lastNumber + 1) % 2 ** 32
  if (atMs !== beginning.atMs) beginning = { atMs, text: `req_${toHex(atMs, 12)}${ofProcess}` }
  return beginning.text + toHex(lastNumber, 8)
}

const ofProcess = randomBytes(6).toString('hex')
let lastNumber = 0
/** Many begin in the same millisecond. */
let beginning = { atMs: Number.NaN, text: '' }

function toHex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0')
}

/** Official clients show their callers this header of an answer and no other. A provider's own stays. */
const clientHeaders = { openai: 'x-request-id', anthropic: 'request-id' } as const

/** Adds it to the headers of an answer. */
export function tellRequestId(
  headers: OutgoingHttpHeaders,
  id: string,
  dialect: EndpointFacts['dialect'],
): OutgoingHttpHeaders {
  headers['x-gateway-request-id'] = id
  headers[clientHeaders[dialect]] ??= id
  return headers
}
