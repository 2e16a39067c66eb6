/** `usage` → OpenAI's. `inputTokens` leaves out what was read from or written to a cache; these are counted apart. */
import type { ChatUsage } from '../dialect.ts'
import { count, isRecord } from '../read-json.ts'
import { hasImpossible, toUsage } from '../usage.ts'

export function mapUsage(usage: unknown): ChatUsage | null {
  if (!isRecord(usage) || hasImpossible(Object.values(usage))) return null
  const input = count(usage.inputTokens)
  const output = count(usage.outputTokens)
  if (input === null && output === null) return null
  const cacheRead = count(usage.cacheReadInputTokens) ?? 0
  const cacheWrite = count(usage.cacheWriteInputTokens)
  return toUsage({
    prompt: (input ?? 0) + cacheRead + (cacheWrite ?? 0),
    completion: output ?? 0,
    cacheRead,
    cacheWrite,
    reasoning: null,
  })
}
