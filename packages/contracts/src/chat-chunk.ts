/**
 * What one chat completion chunk says: answer text, reasoning text, a tool call, the finish reason, the usage, or an
 * error. The gateway and the race's lanes read chunks with this one function, so that they agree on what a first token
 * is.
 *
 * Reasoning comes under many names: `reasoning_content` (DeepSeek, Z.ai), `reasoning` (Groq, Cerebras, Ollama),
 * `reasoning_details[]` (OpenRouter, Snowflake), `tensorzero_extra_content[]` (TensorZero), parts of an array in
 * `content` (Mistral).
 */
import { isRecord } from './is-record.ts'
import { readUsage, type Usage } from './usage.ts'

export interface ChunkFacts {
  /** Answer text of all choices, in order; '' when there is none. */
  answer: string
  /** Reasoning text of all choices; '' when there is none. */
  reasoning: string
  /** It holds a part of a tool call. That is a token, but no text. */
  hasToolCall: boolean
  /** Names and arguments of its tool calls; '' when there are none, or only their ids. */
  toolCall: string
  /** The choices in it, empty ones too. */
  choices: ChoiceFacts[]
  finishReason: string | null
  usage: Usage | null
  error: ChunkError | null
  /** The provider's id of this completion; null when missing or empty. */
  id: string | null
  /** The model that really answered; null when missing or empty. */
  model: string | null
}

export interface ChoiceFacts {
  /** 0 where the provider names none. */
  index: number
  isFinished: boolean
}

export interface ChunkError {
  /** Of any length: keys must be removed from it before it is cut and shown. */
  message: string
  code: string | null
  /** An HTTP status that the error itself names (100 to 599), else null. */
  status: number | null
}

/**
 * Reads a chunk of a stream, or the whole JSON body of a call that does not stream (`isWhole`), where a choice has its
 * answer in `message`. Perplexity sends `message` and `delta` in both: beside the delta of a chunk all of the answer so
 * far, beside the message of a whole body an empty delta.
 */
export function readChunk(raw: unknown, isWhole = false): ChunkFacts {
  const facts: ChunkFacts = {
    answer: '',
    reasoning: '',
    hasToolCall: false,
    toolCall: '',
    choices: [],
    finishReason: null,
    usage: null,
    error: null,
    id: null,
    model: null,
  }
  if (!isRecord(raw)) return facts
  facts.id = text(raw.id) || null
  facts.model = text(raw.model) || null
  const groq = isRecord(raw.x_groq) ? raw.x_groq : null
  facts.error = readError(raw) ?? readError(groq)
  facts.usage = readUsage(raw.usage) ?? readUsage(groq?.usage)
  for (const choice of Array.isArray(raw.choices) ? raw.choices : []) {
    if (!isRecord(choice)) continue
    addChoice(facts, choice, isWhole)
  }
  return facts
}

/** Whether it holds a token of any kind. Role-only chunks, empty deltas and `choices: []` do not. */
export function hasToken(facts: ChunkFacts): boolean {
  return facts.answer !== '' || facts.reasoning !== '' || facts.hasToolCall
}

/** Whether it is the extra chunk that `stream_options.include_usage` asks for: usage, and no choice. */
export function isUsageOnly(raw: unknown): boolean {
  return isRecord(raw) && isRecord(raw.usage) && Array.isArray(raw.choices) && raw.choices.length === 0
}

/** An error in any of the shapes seen inside a 200 stream or a JSON body; null when there is none. */
export function readError(raw: unknown): ChunkError | null {
  if (!isRecord(raw)) return null
  const error: unknown = Array.isArray(raw.error) ? raw.error[0] : raw.error
  if (typeof error === 'string' && error !== '') {
    return { message: error, code: text(raw.code) || null, status: null }
  }
  if (!isRecord(error)) return readErrorBeside(raw)
  // Some providers write an empty error into each answer.
  if (!Object.values(error).some(Boolean)) return null
  const status = [error.status_code, error.status, error.code, raw.status_code].find(isStatus) ?? null
  const code = text(error.type) || null
  return {
    message: text(error.message) || text(error.detail) || toWords(error),
    code: text(error.code) || code,
    status,
  }
}

/** `error: true` or a number, or `object: "error"` (vLLM), with the message beside it. */
function readErrorBeside(raw: Record<string, unknown>): ChunkError | null {
  const isSaid = raw.error === true || typeof raw.error === 'number' || raw.object === 'error'
  const message = text(raw.message) || text(raw.detail)
  if (!isSaid || message === '') return null
  return {
    message,
    code: text(raw.code) || text(raw.type) || null,
    status: [raw.code, raw.status, raw.error].find(isStatus) ?? null,
  }
}

/** `JSON.parse` takes values that are nested more deeply than `JSON.stringify` does. */
function toWords(error: Record<string, unknown>): string {
  try {
    return JSON.stringify(error)
  } catch {
    return 'an error that is nested too deeply to be shown'
  }
}

/** The finish reasons of an answer that its provider broke off; DeepSeek and Z.ai have words of their own for it. */
export const brokenOffReasons = ['error', 'insufficient_system_resource', 'network_error']

function breakOff(finishReason: string): ChunkError | null {
  if (!brokenOffReasons.includes(finishReason)) return null
  if (finishReason !== 'error') {
    const message = `The provider broke the answer off (${finishReason}).`
    return { message, code: finishReason, status: null }
  }
  const message = 'The provider ended the answer with an error, without a message.'
  return { message, code: null, status: null }
}

function addChoice(facts: ChunkFacts, choice: Record<string, unknown>, isWhole: boolean) {
  const finishReason = text(choice.finish_reason)
  const index = typeof choice.index === 'number' ? choice.index : 0
  facts.choices.push({ index, isFinished: finishReason !== '' })
  facts.finishReason = finishReason || facts.finishReason
  // OpenRouter puts the error of a model here, not at the top.
  facts.error ??= readError(choice)
  facts.error ??= breakOff(finishReason)
  const delta = (isWhole ? [choice.message, choice.delta] : [choice.delta, choice.message]).find(isRecord)
  if (!delta) return
  addContent(facts, delta.content)
  facts.answer += text(delta.refusal)
  const reasoning = text(delta.reasoning_content) || text(delta.reasoning)
  facts.reasoning +=
    reasoning || detailsText(delta.reasoning_details) || detailsText(delta.tensorzero_extra_content)
  for (const call of Array.isArray(delta.tool_calls) ? delta.tool_calls : []) {
    facts.hasToolCall = true
    if (isRecord(call) && isRecord(call.function))
      facts.toolCall += text(call.function.name) + text(call.function.arguments)
  }
}

/** `content` is a string, or an array of parts of which some are thinking. */
function addContent(facts: ChunkFacts, content: unknown) {
  if (typeof content === 'string') {
    facts.answer += content
    return
  }
  for (const part of Array.isArray(content) ? content : []) {
    if (!isRecord(part)) continue
    if (part.type === 'thinking') facts.reasoning += detailsText(part.thinking) || text(part.thinking)
    else facts.answer += text(part.text)
  }
}

function detailsText(details: unknown): string {
  if (!Array.isArray(details)) return ''
  return details.map((part) => (isRecord(part) ? text(part.text) || text(part.summary) : '')).join('')
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 599
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
