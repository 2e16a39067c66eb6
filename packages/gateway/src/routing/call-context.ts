/** What a condition of conditional routing may know of a call. */
import type { IncomingHttpHeaders } from 'node:http'
import type { CallContext } from './expression.ts'

/** No business of a route, and no part of any message about one. */
const credentials = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'api-key'])

export function toCallContext(
  { json }: { json: Record<string, unknown> },
  headers: IncomingHttpHeaders,
  caller: Record<string, unknown>,
): CallContext {
  const { metadata } = json
  const isMap = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
  return {
    request: json,
    metadata: isMap ? (metadata as Record<string, unknown>) : {},
    headers: toTexts(headers),
    caller,
  }
}

function toTexts(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !credentials.has(name))
      .map(([name, value]) => [name, String(value)]),
  )
}
