import type { IncomingMessage } from 'node:http'

export function toPath(request: IncomingMessage): string {
  const target = toTarget(request)
  const query = target.indexOf('?')
  return query === -1 ? target : target.slice(0, query)
}

export function toQuery(request: IncomingMessage): URLSearchParams {
  const target = toTarget(request)
  const query = target.indexOf('?')
  return new URLSearchParams(query === -1 ? '' : target.slice(query))
}

/** A server must accept the whole URL too (RFC 9112, 3.2.2), which a client sends that uses the server as its proxy. */
function toTarget({ url = '/' }: IncomingMessage): string {
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]+/i, '')
  // A whole URL without a path means the root (RFC 9112, 3.2.1).
  return target === '' || target.startsWith('?') ? `/${target}` : target
}
