import type { IncomingMessage } from 'node:http'
import { GatewayError } from './errors.ts'
import { isLoopback } from './loopback.ts'
import { toPath } from './request-path.ts'

/** A page elsewhere can lead its own host name here (DNS rebinding), and would spend the keys of this gateway. */
export function createHostCheck(allowed: readonly string[]) {
  // Nearly all callers use one name.
  let known: string | null = null
  return (request: IncomingMessage) => {
    const { host = '' } = request.headers
    // A browser always names a host; old health checks (HTTP/1.0) name none, and spend nothing.
    if (host === known || (host === '' && ['/health', '/ready'].includes(toPath(request)))) return
    const name = toName(host)
    if (!isLoopback(name) && !allowed.includes(name)) {
      throw new GatewayError(
        'host_not_allowed',
        'This gateway listens on the loopback only: call it as 127.0.0.1 or localhost, add the name to ALLOWED_HOSTS, or set HOST to serve others.',
      )
    }
    known = host
  }
}

/** Without its port, in small letters; an address of IPv6 is a name in brackets only. '' for what is no host. */
function toName(host: string): string {
  return /^(\[[^\]]*\]|[^:]*)(:\d*)?$/.exec(host)?.[1]?.toLowerCase() ?? ''
}
