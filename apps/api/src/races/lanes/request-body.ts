/**
 * The body of a lane's request. With a start signal it ends in a line end, which is written at the light and says go.
 */
import { Readable } from 'node:stream'
import type { Start } from './start.ts'

export interface RequestBody {
  body: string | Readable
  /** That announce it. */
  headers: Readonly<Record<string, string>>
  /** At the light: what is held back of it follows. */
  letGo(): void
}

export function createRequestBody(json: string, start: Start): RequestBody {
  if (start !== 'signal') return { body: json, headers: {}, letGo() {} }
  const ahead = Buffer.from(json)
  // Whoever reads it reads by events: what is pushed goes to the socket in the same step.
  const body = new Readable({ read() {} })
  // undici ends it with what ends the request, which is told elsewhere.
  body.on('error', () => {})
  body.push(ahead)
  return {
    body,
    headers: { 'content-length': String(ahead.length + signal.length), 'x-gateway-start': 'last-byte' },
    letGo() {
      body.push(signal)
      body.push(null)
    },
  }
}

const signal = Buffer.from('\n')
