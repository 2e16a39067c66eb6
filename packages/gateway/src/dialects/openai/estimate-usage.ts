/**
 * What an answer without usage probably used, because it broke off or because its provider sends none: providers bill
 * what they generated. Always marked as an estimate, by `source: 'tokenizer'`.
 *
 * Most providers send one token in a chunk, so the chunks are counted. Where chunks are longer, they hold several
 * tokens each, and a quarter of the letters is closer. The prompt counts as much as was reserved for it.
 *
 * Counts that the provider sent before the end are used: Anthropic counts the prompt, cache included, when its answer
 * begins; Gemini counts everything so far in each chunk, hidden thoughts included. Of the output, the larger count is
 * taken.
 */
import type { Usage } from '@drag-race/contracts'

export interface Generated {
  /** Chunks that hold a token of any kind. */
  tokenChunks: number
  /** Letters of answer, reasoning and tool calls. */
  letters: number
  /** What the provider counted before the end; null when it did not. */
  usageSoFar: Usage | null
}

const lettersPerToken = 4
/** Chunks longer than this on average hold more than a token each. */
const lettersPerChunkMax = 8

export function estimateUsage(inputTokens: number, { tokenChunks, letters, usageSoFar }: Generated): Usage {
  const isTokenEach = letters <= tokenChunks * lettersPerChunkMax
  const outputTokens = isTokenEach ? tokenChunks : Math.ceil(letters / lettersPerToken)
  const counted = usageSoFar ?? { inputTokens, outputTokens: 0, reasoningTokens: null, cachedTokens: null }
  return { ...counted, outputTokens: Math.max(counted.outputTokens, outputTokens), source: 'tokenizer' }
}
