/**
 * What an answer without usage probably used, be it that it broke off before or that its provider counts nothing: providers
 * bill what they generated. Always marked as an estimate, by `source: 'tokenizer'`.
 *
 * Providers mostly send a token a chunk, so the chunks are counted; where they are longer, several tokens travel in one
 * and a quarter of the letters is nearer. The prompt is what was reserved for it.
 *
 * What the provider itself has counted before the end is taken from it: Anthropic counts the prompt, cache and all, as its
 * answer begins; Gemini counts anew in each chunk, hidden thoughts among it.
 */
import type { Usage } from '@drag-race/contracts'

export interface Generated {
  /** Chunks that hold a token of any kind. */
  tokenChunks: number
  /** Letters of answer, reasoning and calls of tools. */
  letters: number
  /** What the provider has counted before the end; null when nothing. */
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
