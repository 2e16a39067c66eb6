/**
 * The endpoints, by their path below /v1. Chat is translated for every provider; requests to the others are only passed
 * through, byte for byte, to targets that speak their dialect, and are metered the same way.
 */
export interface EndpointFacts {
  dialect: 'openai' | 'anthropic'
  /** The member that every request must have besides `model`; null if there is none. */
  needs: 'messages' | 'prompt' | 'input' | null
  canStream: boolean
  /** Whether a stream has its usage in a chunk of its own, when `stream_options` asks for it. */
  hasUsageChunk: boolean
  /** Words of the event that ends a stream for its reader. */
  endWords: readonly string[]
  /** Whether guardrails can check its answers. `none`: they hold no text, so there is nothing to check. */
  guardedAnswers: 'yes' | 'no' | 'none'
  /** The member that every whole answer has, unlike a refusal that comes with a good status. */
  answeredIn: 'choices' | 'data' | 'output' | 'content' | 'input_tokens'
  /** Whether an answer depends on the request alone, so that it can be cached. */
  isCacheable: boolean
  /** Calls cost nothing and use no tokens, however they end. */
  isFree: boolean
  /** OpenTelemetry's name for it, where there is one. */
  operation: 'chat' | 'text_completion' | 'embeddings' | 'count_tokens'
}

const ofOpenAi = {
  dialect: 'openai',
  canStream: true,
  hasUsageChunk: true,
  endWords: ['[DONE]'],
  guardedAnswers: 'yes',
  answeredIn: 'choices',
  isCacheable: true,
  isFree: false,
} as const
const withEvents = {
  ...ofOpenAi,
  hasUsageChunk: false,
  guardedAnswers: 'no',
} as const
const ofAnthropic = {
  ...withEvents,
  dialect: 'anthropic',
  endWords: ['message_stop'],
  needs: 'messages',
  answeredIn: 'content',
} as const

export const endpoints = {
  'chat/completions': { ...ofOpenAi, needs: 'messages', operation: 'chat' },
  completions: { ...ofOpenAi, needs: 'prompt', operation: 'text_completion' },
  embeddings: {
    ...ofOpenAi,
    canStream: false,
    guardedAnswers: 'none',
    answeredIn: 'data',
    needs: 'input',
    operation: 'embeddings',
  },
  // Its `input` can be missing: a stored prompt or a conversation can replace it.
  responses: {
    ...withEvents,
    endWords: ['response.completed', 'response.incomplete'],
    needs: null,
    answeredIn: 'output',
    isCacheable: false,
    operation: 'chat',
  },
  messages: { ...ofAnthropic, operation: 'chat' },
  'messages/count_tokens': {
    ...ofAnthropic,
    canStream: false,
    guardedAnswers: 'none',
    answeredIn: 'input_tokens',
    isFree: true,
    operation: 'count_tokens',
  },
} as const satisfies Record<string, EndpointFacts>

export type Endpoint = keyof typeof endpoints

/** null when the path is not that of an endpoint. */
export function toEndpoint(path: string): Endpoint | null {
  const name = path.startsWith('/v1/') ? path.slice('/v1/'.length) : ''
  return Object.hasOwn(endpoints, name) ? (name as Endpoint) : null
}
