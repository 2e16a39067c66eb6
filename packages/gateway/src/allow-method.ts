import type { IncomingMessage, ServerResponse } from 'node:http'
import { GatewayError } from './errors.ts'
import { whyNowhere } from './unknown-address.ts'

/** Throws `method_not_allowed` when the address takes another method. Where GET is allowed, HEAD is too. */
export function allow(request: IncomingMessage, response: ServerResponse, allowed: 'GET' | 'POST'): void {
  const { method } = request
  if (method === allowed || (method === 'HEAD' && allowed === 'GET')) return
  response.setHeader('allow', allowed)
  throw new GatewayError('method_not_allowed', whyNowhere(request) ?? `This address takes ${allowed} only.`)
}
