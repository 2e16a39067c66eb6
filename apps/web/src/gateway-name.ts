/** Short names of gateways. */
import type { Health } from '@drag-race/contracts'
import { parseUrl } from './parse-url.ts'

/** `built-in gateway :4000` on this machine, `built-in gateway gateway:4000` elsewhere; a foreign one's host alone. */
export function toGatewayName({ url, isBuiltIn }: Pick<Health['gateway'], 'url' | 'isBuiltIn'>): string {
  return isBuiltIn ? `built-in gateway ${toPlace(url, isBuiltIn)}` : toPlace(url, isBuiltIn)
}

/** The host of a gateway. For the built-in one on this machine its port is enough. */
export function toPlace(url: string, isBuiltIn: boolean): string {
  const { host, hostname, port } = parseUrl(url) ?? { host: url, hostname: '', port: '' }
  return isBuiltIn && loopbacks.has(hostname) && port !== '' ? `:${port}` : host
}

const loopbacks = new Set(['127.0.0.1', 'localhost', '[::1]'])
