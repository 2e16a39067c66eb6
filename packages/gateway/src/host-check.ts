import type { IncomingMessage } from 'node:http'
import { GatewayError } from './errors.ts'
import { isLoopback } from './loopback.ts'
import { toPath } from './request-path.ts'

/** A web page can make its own host name point here (DNS rebinding), and would then spend the keys of this gateway. */
export function createHostCheck(allowed: readonly string[]) {
  // The last name that was accepted: nearly all callers use the same one.
  let known: string | null = null
  return (request: IncomingMessage) => {
    const { host = '' } = request.headers
    // Browsers always send a host. Old health checks (HTTP/1.0) send none, and spend nothing.
    if (host === known || (host === '' && ['/health', '/ready'].includes(toPath(request)))) return
    const name = toName(host)
    if (!isLoopback(name) && !allowed.includes(name)) {
      throw new GatewayError(
        'host_not_allowed',
        'This gateway listens on the loopback only: call it as 127.0.0.1 or localhost, add the name to ALLOWED_HOSTS, or run it by itself (npm run gateway) with HOST set to serve others.',
      )
    }
    known = host
  }
}

/** The name without its port, in lower case. An IPv6 address counts only in brackets. '' for what is not a host. */
function toName(host: string): string {
  return /^(\[[^\]]*\]|[^:]*)(:\d*)?$/.exec(host)?.[1]?.toLowerCase() ?? ''
}
