/** A caller's key or token, and the errors when it is missing or wrong. They never repeat what was sent. */
import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from '../errors.ts'

/** null when there is none; empty when it is in a form that the gateway does not know, such as `Basic`. */
export function readCredential(headers: IncomingHttpHeaders): string | null {
  const { authorization } = headers
  if (authorization !== undefined) return /^bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
  // Anthropic's clients send it so.
  const apiKey = headers['x-api-key']
  return typeof apiKey === 'string' ? apiKey : null
}

/** Three parts with dots between them. Keys made by `gateway:key` have no dots. */
export function isJwtLike(credential: string): boolean {
  return credential.split('.').length === 3
}

export function missingKey(): GatewayError {
  return new GatewayError(
    'missing_api_key',
    'This gateway needs a key or token: send yours as `Authorization: Bearer <key>`.',
    { headers: { 'www-authenticate': 'Bearer realm="gateway"' } },
  )
}

export function invalidKey(): GatewayError {
  return new GatewayError(
    'invalid_api_key',
    'This gateway does not know this key. Check it, or have a new one made: `npm run gateway:key -- <id>`.',
    { headers: challenge },
  )
}

export function invalidToken(why: string): GatewayError {
  return new GatewayError('invalid_token', `The token is refused: ${why}. Get a new one from its issuer.`, {
    headers: challenge,
  })
}

const challenge = { 'www-authenticate': 'Bearer realm="gateway", error="invalid_token"' }
