/**
 * What the gateway needs of a provider that does not speak OpenAI's dialect: pure maps of requests, answers and errors.
 *
 * Nothing here reads a socket, a clock or a key. Keys are added where the request is sent (Bedrock's signature by
 * `bedrock/sign-request.ts`); bytes are handed in as they arrive; times and ids come in with the context.
 */
export interface Dialect {
  /**
   * OpenAI's chat request, already known to be an object → what to send. Throws a `DialectError` with the code
   * `invalid_request`, naming the member, for what this dialect cannot carry.
   */
  toRequest(chat: Readonly<Record<string, unknown>>, context: RequestContext): UpstreamRequest
  /**
   * A whole JSON answer → OpenAI's `chat.completion`. Throws a `DialectError` when it is no answer: an error in a 200
   * body, or an answer that the provider itself calls broken.
   */
  toCompletion(body: unknown, context: AnswerContext): ChatCompletion
  createStreamMap(context: AnswerContext): StreamMap
  /** A failed call in OpenAI's terms. Header names in lower case. Never throws. */
  readError(status: number, headers: UpstreamHeaders, body: string): Fault
}

export interface RequestContext {
  /** The provider's own name of the model. */
  model: string
  stream: boolean
  /** From gateway.yaml; its path and query are kept. */
  baseUrl: string
}

export interface UpstreamRequest {
  /** From the root of the host, with the query. */
  path: string
  /** What the dialect itself needs; without the key. */
  headers: Record<string, string>
  body: string
}

export interface AnswerContext {
  /** Named in the answer when the provider does not name one. */
  model: string
  /** Unix time in seconds, for `created`. */
  createdAtS: number
  /** The completion's id when the provider gives none (Bedrock never does). */
  id: string
  /** False: the caller allows one tool call at most, and the others are dropped. */
  isParallel?: boolean
}

/**
 * One stream, fed in pieces that are cut anywhere. After `done` or `error` no event comes, whatever is pushed.
 *
 * The first chunk of a choice has the role; a tool call has its id and name in its first fragment only; then comes a
 * chunk with `reasoning_details` where there are any, a chunk with `finish_reason`, a chunk with `usage` and no choice,
 * `done`.
 */
export interface StreamMap {
  push(bytes: Uint8Array): MappedEvent[]
  /** The upstream has ended: the events that are still due, up to `done`, or an error where the answer is cut. */
  end(): MappedEvent[]
}

export type MappedEvent =
  | { kind: 'chunk'; chunk: ChatChunk }
  | ({ kind: 'error' } & Fault)
  | { kind: 'done' }
  /** Usage before the end. It is no part of the answer, but the only count of an answer that breaks off. */
  | { kind: 'counted'; usage: ChatUsage }
  /** A part of the answer begins. It can be thinking of which no token is ever sent. */
  | { kind: 'opened' }
  /** The connection is alive, but no token came: a ping, a comment, an event without content. */
  | { kind: 'keepAlive' }

export interface Fault {
  message: string
  /** 400 to 599; inside a stream, the status that the error would have had in place of an answer. */
  status: number
  /** OpenAI's `type`: `rate_limit_error`, `invalid_request_error`, … */
  type: string
  /** OpenAI's `code` where it has one: `rate_limit_exceeded`, `context_length_exceeded`, … */
  code: string
  /** null when the provider gave no hint. */
  retryAfterMs: number | null
}

export type UpstreamHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

export interface ChatChunk {
  id: string
  object: 'chat.completion.chunk'
  created: number
  model: string
  choices: ChunkChoice[]
  usage?: ChatUsage
}

export interface ChunkChoice {
  index: number
  delta: ChunkDelta
  finish_reason: FinishReason | null
  logprobs: null
  /** The provider's own word, beside `finish_reason`. */
  native_finish_reason?: string
}

export interface ChunkDelta {
  role?: 'assistant'
  content?: string
  reasoning_content?: string
  reasoning_details?: ReasoningDetail[]
  images?: AnswerImage[]
  tool_calls?: ToolCallFragment[]
}

/** A picture that the model made, in the form of OpenRouter, LiteLLM and Vercel: OpenAI has none. */
export interface AnswerImage {
  type: 'image_url'
  /** Counts the pictures of a choice. */
  index: number
  image_url: { url: string }
}

export interface ToolCallFragment {
  index: number
  id?: string
  type?: 'function'
  function: { name?: string; arguments?: string }
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter'

/** What must go back to the provider unchanged with the assistant's message; see `reasoning-details.ts`. */
export type ReasoningDetail = Record<string, unknown> & { format: string; type: string }

export interface ChatUsage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  prompt_tokens_details: { cached_tokens: number; cache_write_tokens?: number }
  completion_tokens_details?: { reasoning_tokens: number }
}

export interface ChatCompletion {
  id: string
  object: 'chat.completion'
  created: number
  model: string
  choices: CompletionChoice[]
  usage?: ChatUsage
}

export interface CompletionChoice {
  index: number
  message: {
    role: 'assistant'
    content: string | null
    refusal: null
    reasoning_content?: string
    reasoning_details?: ReasoningDetail[]
    images?: AnswerImage[]
    tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[]
  }
  finish_reason: FinishReason
  logprobs: null
  native_finish_reason?: string
}
