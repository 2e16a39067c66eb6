/**
 * `usageMetadata` → OpenAI's. `candidatesTokenCount` leaves out thoughts, `promptTokenCount` leaves out results of
 * tools that ran at Google but includes what came from a cache. Each chunk has all counts so far: the last is the
 * answer's.
 */
import type { ChatUsage } from '../dialect.ts'
import { count, isRecord } from '../read-json.ts'
import { hasImpossible, toUsage } from '../usage.ts'

export function mapUsage(usage: unknown): ChatUsage | null {
  if (!isRecord(usage) || hasImpossible(Object.values(usage))) return null
  const prompt = count(usage.promptTokenCount)
  const answer = count(usage.candidatesTokenCount)
  const thoughts = count(usage.thoughtsTokenCount)
  if (prompt === null && answer === null && thoughts === null) return null
  return toUsage({
    prompt: (prompt ?? 0) + (count(usage.toolUsePromptTokenCount) ?? 0),
    completion: (answer ?? 0) + (thoughts ?? 0),
    cacheRead: count(usage.cachedContentTokenCount) ?? 0,
    cacheWrite: null,
    reasoning: thoughts,
  })
}
