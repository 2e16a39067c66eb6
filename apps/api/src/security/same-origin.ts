/**
 * Refuses requests from another site's page that change something: nothing else keeps any open tab from starting, on a
 * loopback server, a race that costs money.
 *
 * Browsers say where a request comes from in `Sec-Fetch-Site`, which no page can forge; older ones send `Origin` at
 * least. Programs send neither. The rule is that of Go's http.CrossOriginProtection.
 */
import type { Request, RequestHandler } from 'express'
import { ApiFault } from '../api-fault.ts'
import { toHostName } from './host-name.ts'

export function sameOriginOnly(allowedHosts: readonly string[]): RequestHandler {
  const allowedNames = new Set(allowedHosts.map(toHostName))
  return (request, _response, next) => {
    const isReading = request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS'
    if (isReading || isSameOrigin(request, allowedNames)) return next()
    throw new ApiFault(
      403,
      'cross_origin',
      "This request comes from another site's page. Use the app's own page, or a program without an Origin header.",
    )
  }
}

function isSameOrigin(request: Request, allowedNames: ReadonlySet<string>): boolean {
  const site = request.get('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const origin = request.get('origin')
  if (origin === undefined) return true
  const host = URL.parse(origin)?.host
  if (host === undefined) return false
  // A proxy may pass on another Host than the page's own.
  return host === request.headers.host?.toLowerCase() || allowedNames.has(toHostName(host))
}
