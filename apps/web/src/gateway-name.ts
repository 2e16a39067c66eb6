/** Gateways in few words. */
import type { Health } from '@drag-race/contracts'

/** `built-in gateway :4000` on this machine, `built-in gateway gateway:4000` elsewhere, or where a foreign one is. */
export function toGatewayName({ url, isBuiltIn }: Pick<Health['gateway'], 'url' | 'isBuiltIn'>): string {
  return isBuiltIn ? `built-in gateway ${toPlace(url, isBuiltIn)}` : toPlace(url, isBuiltIn)
}

/** Of our own on this machine the port says it all. */
export function toPlace(url: string, isBuiltIn: boolean): string {
  const { host, hostname, port } = URL.parse(url) ?? { host: url, hostname: '', port: '' }
  return isBuiltIn && loopbacks.has(hostname) && port !== '' ? `:${port}` : host
}

const loopbacks = new Set(['127.0.0.1', 'localhost', '[::1]'])
