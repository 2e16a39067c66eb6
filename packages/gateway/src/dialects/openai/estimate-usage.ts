/**
 * What an answer that broke off before its usage probably used: providers bill what they generated. Always marked as an
 * estimate, by `source: 'tokenizer'`.
 *
 * Providers mostly send a token a chunk, so the chunks are counted; where they are longer, several tokens travel in one
 * and a quarter of the letters is nearer. The prompt is what was reserved for it.
 */
import type { Usage } from '@drag-race/contracts'

export interface Generated {
  /** Chunks that hold a token of any kind. */
  tokenChunks: number
  /** Letters of answer and reasoning. */
  letters: number
}

const lettersPerToken = 4
/** Chunks longer than this on average hold more than a token each. */
const lettersPerChunkMax = 8

export function estimateUsage(inputTokens: number, { tokenChunks, letters }: Generated): Usage {
  const isTokenEach = letters <= tokenChunks * lettersPerChunkMax
  return {
    inputTokens,
    outputTokens: isTokenEach ? tokenChunks : Math.ceil(letters / lettersPerToken),
    reasoningTokens: null,
    cachedTokens: null,
    source: 'tokenizer',
  }
}
