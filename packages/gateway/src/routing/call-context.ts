/** What a condition of conditional routing can see of a call. */
import type { IncomingHttpHeaders } from 'node:http'
import type { CallContext } from './expression.ts'

/** Headers that no condition sees: a route does not depend on them, and no message about one may contain them. */
const credentials = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
])

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
