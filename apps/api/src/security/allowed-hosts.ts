/**
 * Refuses requests for a name that is not the app's own. Another site can point its own name at this machine (DNS
 * rebinding), and its page is then of the same origin as the app: only the Host header tells them apart.
 */
import { isIP } from 'node:net'
import type { RequestHandler } from 'express'
import { ApiFault } from '../api-fault.ts'
import { toHostName } from './host-name.ts'

export interface HostRules {
  /** What the app listens on: HOST. */
  host: string
  /** ALLOWED_HOSTS: further names, with or without a port. */
  allowedHosts: readonly string[]
}

export function allowHosts({ host, allowedHosts }: HostRules): RequestHandler {
  const names = new Set(['127.0.0.1', 'localhost', '::1', toHostName(host), ...allowedHosts.map(toHostName)])
  const isOpen = host === '0.0.0.0' || host === '::'
  return (request, _response, next) => {
    const name = toHostName(request.headers.host ?? '')
    // An address cannot be rebound, so an app that is open to the network answers under any address of the machine.
    if (names.has(name) || (isOpen && isIP(name) !== 0)) return next()
    throw new ApiFault(
      403,
      'host_not_allowed',
      `This app does not answer for the name "${name.slice(0, 100)}". Open it by the address that it printed, or add the name to ALLOWED_HOSTS.`,
    )
  }
}
