/** Providers with dialects of their own: a gateway in front of a fake provider, and streams like theirs. */
import { event } from '../dialects/testing/event-message.ts'
import { events } from './chunks.ts'
import { messages, type RunningGateway, startGateway } from './gateway.ts'
import { type Answering, startUpstream, type Upstream } from './upstream.ts'

export const variables = {
  ANTHROPIC_API_KEY: 'sk-ant-ours',
  GEMINI_API_KEY: 'gemini-ours',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI',
  AWS_SESSION_TOKEN: 'session-token-ours',
  AWS_REGION: 'eu-west-1',
}

const models = {
  anthropic: { path: '/v1', model: 'claude-sonnet-4-5' },
  gemini: { path: '/v1beta', model: 'gemini-2.5-flash' },
  bedrock: { path: '', model: 'amazon.nova-lite-v1:0' },
}
export type Native = keyof typeof models
export const natives = Object.keys(models) as Native[]

/** One model for each provider, called by the provider's name. */
export async function startNative(
  answer: Answering,
  policies: object = {},
): Promise<{ upstream: Upstream; gateway: RunningGateway }> {
  const upstream = await startUpstream(answer)
  const entries = Object.entries(models).map(([name, { path, model }]) => ({
    name,
    provider: name,
    params: { baseUrl: upstream.url + path, model },
  }))
  return { upstream, gateway: await startGateway({ models: entries, policies }, { variables }) }
}

/** The part of a chunk that the tests look at. */
export interface Told {
  id?: string
  choices?: {
    delta: { content?: string; reasoning_content?: string; reasoning_details?: object[] }
    finish_reason: string | null
  }[]
  usage?: object
  error?: { message: string; code: string; type: string; status?: number }
  gateway?: { provider: string; model: string; costUsd: number | null; ttftMs: number; attempts: object[] }
}

export async function askStream(
  gateway: RunningGateway,
  model: string,
  more: object = {},
  headers: Record<string, string> = {},
) {
  const response = await gateway.chat({ model, messages, stream: true, ...more }, { headers })
  const bytes = await response.text()
  const all = events(bytes) as (Told | '[DONE]')[]
  const told = all.filter((each): each is Told => each !== '[DONE]')
  const choices = told.flatMap((chunk) => chunk.choices ?? [])
  return {
    response,
    bytes,
    told,
    isDone: all.at(-1) === '[DONE]',
    text: choices.map(({ delta }) => delta.content ?? '').join(''),
    reasoning: choices.map(({ delta }) => delta.reasoning_content ?? '').join(''),
    finish: choices.flatMap(({ finish_reason }) => finish_reason ?? []),
  }
}

/** An event of Anthropic's, or a response of Gemini's stream. */
export function native(value: Record<string, unknown>): string {
  const name = typeof value.type === 'string' ? `event: ${value.type}\n` : ''
  return `${name}data: ${JSON.stringify(value)}\n\n`
}

function block(index: number, content_block: object, ...deltas: object[]): string {
  return [
    native({ type: 'content_block_start', index, content_block }),
    ...deltas.map((delta) => native({ type: 'content_block_delta', index, delta })),
    native({ type: 'content_block_stop', index }),
  ].join('')
}

const claudeUsage = {
  input_tokens: 5,
  cache_read_input_tokens: 20,
  cache_creation_input_tokens: 10,
  output_tokens: 1,
}

export const claude = {
  start: native({
    type: 'message_start',
    message: { id: 'msg_1', model: 'claude-sonnet-4-5-20250929', usage: claudeUsage },
  }),
  ping: native({ type: 'ping' }),
  thinking: block(
    0,
    { type: 'thinking', thinking: '' },
    { type: 'thinking_delta', thinking: 'hm' },
    { type: 'signature_delta', signature: 'sig' },
  ),
  text: block(1, { type: 'text', text: '' }, { type: 'text_delta', text: 'grüß 你好' }),
  tools: [2, 3]
    .map((index) =>
      block(
        index,
        { type: 'tool_use', id: `toolu_${index}`, name: 'look', input: {} },
        { type: 'input_json_delta', partial_json: '{"at":' },
        { type: 'input_json_delta', partial_json: `${index}}` },
      ),
    )
    .join(''),
  stop: (stop_reason: string) =>
    native({ type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: 9 } }) +
    native({ type: 'message_stop' }),
  overloaded: native({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
}

const geminiPart = (text: string, more: object = {}) => ({
  candidates: [{ content: { parts: [{ text }] }, index: 0, ...more }],
  responseId: 'r-1',
  modelVersion: 'gemini-2.5-flash',
})

/** Each says "grüß 你好", with 35 input tokens, 20 of them from a cache, and 9 output tokens. */
export const nativeStreams: Record<Native, { type: string; begin: Buffer; rest: Buffer }> = {
  anthropic: {
    type: 'text/event-stream; charset=utf-8',
    begin: Buffer.from(claude.start + claude.ping + claude.text),
    rest: Buffer.from(claude.stop('end_turn')),
  },
  gemini: {
    type: 'text/event-stream',
    begin: Buffer.from(native(geminiPart('grüß '))),
    rest: Buffer.from(
      native({
        ...geminiPart('你好', { finishReason: 'STOP' }),
        usageMetadata: {
          promptTokenCount: 35,
          cachedContentTokenCount: 20,
          candidatesTokenCount: 5,
          thoughtsTokenCount: 4,
          totalTokenCount: 44,
        },
      }),
    ),
  },
  bedrock: {
    type: 'application/vnd.amazon.eventstream',
    begin: Buffer.concat([
      event('messageStart', { role: 'assistant' }),
      event('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'grüß 你好' } }),
    ]),
    rest: Buffer.concat([
      event('contentBlockStop', { contentBlockIndex: 0 }),
      event('messageStop', { stopReason: 'end_turn' }),
      event('metadata', {
        usage: {
          inputTokens: 5,
          cacheReadInputTokens: 20,
          cacheWriteInputTokens: 10,
          outputTokens: 9,
          totalTokens: 44,
        },
      }),
    ]),
  },
}

/** The same for a call that does not stream. */
export const nativeAnswers: Record<Native, object> = {
  anthropic: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5-20250929',
    content: [{ type: 'text', text: 'grüß 你好' }],
    stop_reason: 'end_turn',
    usage: { ...claudeUsage, output_tokens: 9 },
  },
  gemini: {
    ...geminiPart('grüß 你好', { finishReason: 'STOP' }),
    usageMetadata: { promptTokenCount: 35, cachedContentTokenCount: 20, candidatesTokenCount: 9 },
  },
  bedrock: {
    output: { message: { role: 'assistant', content: [{ text: 'grüß 你好' }] } },
    stopReason: 'end_turn',
    usage: {
      inputTokens: 5,
      cacheReadInputTokens: 20,
      cacheWriteInputTokens: 10,
      outputTokens: 9,
      totalTokens: 44,
    },
  },
}
