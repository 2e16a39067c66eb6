/**
 * What a caller may ask for, by the path below /v1. Chat is carried to every provider; the others only pass through, byte
 * for byte, to targets that speak their dialect, and are metered the same way.
 */
export interface EndpointFacts {
  dialect: 'openai' | 'anthropic'
  /** The member that a request must have besides `model`; null when there is none that all have. */
  needs: 'messages' | 'prompt' | 'input' | null
  canStream: boolean
  /** Does a stream tell its usage in a chunk of its own, when `stream_options` asks for it? */
  hasUsageChunk: boolean
  /** What stands in the event that ends a stream for its reader. */
  endWords: readonly string[]
  /** Can guardrails check its answers? `none`: they hold no text, and need no check. */
  guardedAnswers: 'yes' | 'no' | 'none'
  /** The member that each whole answer has, and a refusal that came with a good status has not. */
  answeredIn: 'choices' | 'data' | 'output' | 'content' | 'input_tokens'
  /** Does an answer to it depend on the request alone, so that it may be given again? */
  isCacheable: boolean
  /** It costs nothing and uses no tokens, whatever becomes of it. */
  isFree: boolean
  /** In OpenTelemetry's words, as far as it has one. */
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
  // A stored prompt or a conversation may stand in for its input.
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

/** null when the path is none of them. */
export function toEndpoint(path: string): Endpoint | null {
  const name = path.startsWith('/v1/') ? path.slice('/v1/'.length) : ''
  return Object.hasOwn(endpoints, name) ? (name as Endpoint) : null
}
