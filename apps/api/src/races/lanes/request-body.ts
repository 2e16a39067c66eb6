/**
 * The body of a lane's request. With a start signal it ends in a line end, which is written at the light: the signal.
 */
import { Readable } from 'node:stream'
import type { Start } from './start.ts'

export interface RequestBody {
  body: string | Readable
  /** The headers that announce the body. */
  headers: Readonly<Record<string, string>>
  /** To be called at the light: sends the byte that was held back. */
  letGo(): void
}

export function createRequestBody(json: string, start: Start): RequestBody {
  if (start !== 'signal') return { body: json, headers: {}, letGo() {} }
  const ahead = Buffer.from(json)
  // undici reads it by events, so that what is pushed goes to the socket in the same step.
  const body = new Readable({ read() {} })
  // undici destroys the body with the error of the request, which is reported elsewhere.
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
