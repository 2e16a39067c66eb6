/** The mark for "cache up to here", as a block that stands after what is cached: a list of none or one. */
import type { CacheControl } from '../tool-request.ts'

export function toCachePoint(cacheControl: CacheControl | null): Record<string, unknown>[] {
  if (!cacheControl) return []
  const { ttl } = cacheControl
  return [{ cachePoint: { type: 'default', ...(ttl && { ttl }) } }]
}
