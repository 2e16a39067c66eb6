/**
 * `usage` → OpenAI's. `input_tokens` leaves out what was read from or written to a cache; these are counted apart.
 * `message_delta` repeats the counts, cumulative; old models repeat the output only. So the last number of each counts.
 */
import type { ChatUsage } from '../dialect.ts'
import { count, record } from '../read-json.ts'
import { hasImpossible, toUsage } from '../usage.ts'

/** `usages`: all of an answer, in order. null when none has a count, or one has a count that cannot be. */
export function mapUsage(usages: readonly unknown[]): ChatUsage | null {
  if (usages.some((usage) => hasImpossible(Object.values(record(usage))))) return null
  const last = (name: string) =>
    usages.map((usage) => count(record(usage)[name])).findLast((value) => value !== null)
  const thinking = usages
    .map((usage) => count(record(record(usage).output_tokens_details).thinking_tokens))
    .findLast((value) => value !== null)
  const input = last('input_tokens')
  const output = last('output_tokens')
  if (input === undefined && output === undefined) return null
  const cacheRead = last('cache_read_input_tokens') ?? 0
  const cacheWrite = last('cache_creation_input_tokens') ?? null
  return toUsage({
    prompt: (input ?? 0) + cacheRead + (cacheWrite ?? 0),
    completion: output ?? 0,
    cacheRead,
    cacheWrite,
    reasoning: thinking ?? null,
  })
}
