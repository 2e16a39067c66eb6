/**
 * What an answer that broke off before its usage probably used: providers bill what they generated. Always marked as an
 * estimate, by `source: 'tokenizer'`.
 *
 * Providers mostly send a token a chunk, so the chunks are counted; where they are longer, several tokens travel in one
 * and a quarter of the letters is nearer. The prompt is taken at a quarter of its letters.
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

export function estimateUsage(request: Record<string, unknown>, { tokenChunks, letters }: Generated): Usage {
  const isTokenEach = letters <= tokenChunks * lettersPerChunkMax
  return {
    inputTokens: Math.ceil(
      countLetters(request.messages ?? request.input ?? request.prompt) / lettersPerToken,
    ),
    outputTokens: isTokenEach ? tokenChunks : Math.ceil(letters / lettersPerToken),
    reasoningTokens: null,
    cachedTokens: null,
    source: 'tokenizer',
  }
}

/** Of the texts in messages; an image's data are no text. */
function countLetters(messages: unknown): number {
  if (typeof messages === 'string') return messages.length
  if (!Array.isArray(messages)) return 0
  return messages.reduce<number>((sum, message) => sum + lettersOf(member(message, 'content')), 0)
}

function lettersOf(content: unknown): number {
  if (typeof content === 'string') return content.length
  if (!Array.isArray(content)) return 0
  return content.reduce<number>((sum, part) => {
    const text = member(part, 'text')
    return sum + (typeof text === 'string' ? text.length : 0)
  }, 0)
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}
