import type { IncomingMessage } from 'node:http'

export function toPath({ url = '/' }: IncomingMessage): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}

export function toQuery({ url = '/' }: IncomingMessage): URLSearchParams {
  const query = url.indexOf('?')
  return new URLSearchParams(query === -1 ? '' : url.slice(query))
}
