/** "Cache up to here", as a block to put after what is cached: none or one. */
import type { CacheControl } from '../tool-request.ts'

export function toCachePoint(cacheControl: CacheControl | null): Record<string, unknown>[] {
  if (!cacheControl) return []
  const { ttl } = cacheControl
  return [{ cachePoint: { type: 'default', ...(ttl && { ttl }) } }]
}
