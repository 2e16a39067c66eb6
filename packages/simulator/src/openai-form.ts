/**
 * OpenAI's forms: the chunks of a stream and the body of a whole answer, as strings ready to write. Source:
 * platform.openai.com/docs/api-reference/chat; `reasoning_content` is DeepSeek's addition, which most clients read.
 */
import { encodeEvent } from '@drag-race/wire'
import type { Chunk, TextChunk } from './schedule.ts'

export interface Head {
  id: string
  model: string
  createdS: number
}

export interface UsageCounts {
  prompt: number
  reasoning: number
  answer: number
}

/** With `includeUsage` every chunk has a `usage`, which is null except in the last one, as OpenAI's reference says. */
export function createStreamForm(head: Head, includeUsage: boolean) {
  const extra = includeUsage ? { usage: null } : {}
  const chunk = (delta: object, finishReason: string | null = null) =>
    toEvent({
      ...toBase(head, 'chat.completion.chunk'),
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      ...extra,
    })
  return {
    role: () => chunk({ role: 'assistant', content: '', refusal: null }),
    chunk: (planned: Chunk) =>
      planned.kind === 'malformed' ? malformedEvent(head) : chunk({ [field[planned.kind]]: planned.text }),
    finish: (reason: string) => chunk({}, reason),
    usage: (counts: UsageCounts) =>
      toEvent({ ...toBase(head, 'chat.completion.chunk'), choices: [], usage: toUsage(counts) }),
    done: () => encodeEvent({ data: '[DONE]' }),
  }
}

export function toWholeBody(head: Head, chunks: Chunk[], reason: string, counts: UsageCounts): string {
  const reasoning = joinText(chunks, 'reasoning')
  const message = {
    role: 'assistant',
    content: joinText(chunks, 'answer'),
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
    refusal: null,
  }
  return JSON.stringify({
    ...toBase(head, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: reason }],
    usage: toUsage(counts),
  })
}

const field = { reasoning: 'reasoning_content', answer: 'content' } as const

function toBase({ id, model, createdS }: Head, object: string) {
  return { id, object, created: createdS, model, system_fingerprint: 'fp_simulated' }
}

function toUsage({ prompt, reasoning, answer }: UsageCounts) {
  return {
    prompt_tokens: prompt,
    completion_tokens: reasoning + answer,
    total_tokens: prompt + reasoning + answer,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: reasoning },
  }
}

function toEvent(body: object): string {
  return encodeEvent({ data: JSON.stringify(body) })
}

/** A well-formed event whose JSON is broken: it stops in the middle of a string. */
function malformedEvent({ id }: Head): string {
  return encodeEvent({
    data: `{"id":"${id}","object":"chat.completion.chunk","choices":[{"delta":{"content":"bro`,
  })
}

function joinText(chunks: Chunk[], kind: TextChunk['kind']): string {
  return chunks.map((chunk) => (chunk.kind === kind ? chunk.text : '')).join('')
}
