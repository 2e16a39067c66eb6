/**
 * An event, or a whole body, of an endpoint that is passed through → a chat chunk with what the watch needs of it: its
 * tokens, its end and the reason for it, its usage. What is passed on to the caller is not changed.
 */
import { mapStopReason } from '../dialects/anthropic/map-stop-reason.ts'
import { mapUsage } from '../dialects/anthropic/map-usage.ts'
import type { FinishReason } from '../dialects/dialect.ts'
import { isRecord, record, records, text } from '../dialects/read-json.ts'
import type { Endpoint } from '../endpoints.ts'

export type AsChunk = (raw: unknown) => unknown

/** What an event says that a chunk has no place for. */
export interface Heard {
  /** Tokens that were counted before the answer was whole. */
  onCounted(usage: unknown): void
  /** A part of the answer begins; it can be reasoning that is not shown. */
  onOpened(): void
}

/** For one answer only, because it keeps what earlier events said. */
export function createAsChunk(endpoint: Endpoint, heard: Heard): AsChunk {
  switch (endpoint) {
    case 'chat/completions':
      return (raw) => ofChat(raw, heard)
    case 'embeddings':
    case 'messages/count_tokens':
      return (raw) => raw
    case 'completions':
      return ofCompletion
    case 'responses':
      return (raw) => ofResponse(raw, heard)
    case 'messages':
      return createOfMessage(heard)
  }
}

/** A picture or a sound is no token, but the answer has begun with it. Some servers send an empty list in each delta. */
function ofChat(raw: unknown, { onOpened }: Heard): unknown {
  const deltas = records(record(raw).choices).map(({ delta }) => record(delta))
  if (deltas.some(({ images, audio }) => records(images).length > 0 || isRecord(audio))) onOpened()
  return raw
}

function ofCompletion(raw: unknown): unknown {
  const chunk = record(raw)
  const choices = records(chunk.choices).map((choice) => ({ ...choice, delta: { content: choice.text } }))
  return { ...chunk, choices }
}

function ofResponse(raw: unknown, { onOpened }: Heard): unknown {
  const event = record(raw)
  const response = record(event.response)
  const { id, model, usage, error } = response
  if (event.type === 'response.output_item.added') onOpened()
  switch (event.type) {
    case 'response.completed':
      return { id, model, usage, choices: [{ finish_reason: 'stop', delta: {} }] }
    case 'response.incomplete':
      return { id, model, usage, choices: [{ finish_reason: toCutReason(response), delta: {} }] }
    case 'response.failed':
      return { id, model, usage, error: error ?? 'The response failed.' }
    case 'error':
      return { error: event.error ?? { message: event.message, code: event.code } }
    default:
      // A whole body is no event and has no type; its usage is a member of its own.
      return event.type === undefined
        ? { ...event, choices: [{ finish_reason: toReason(event), delta: ofOutput(records(event.output)) }] }
        : { id, model, choices: [{ delta: toDelta(text(event.type), event) }] }
  }
}

function toReason(response: Record<string, unknown>): FinishReason | null {
  if (response.status === 'completed') return 'stop'
  return response.status === 'incomplete' ? toCutReason(response) : null
}

function toCutReason(response: Record<string, unknown>): FinishReason {
  return record(response.incomplete_details).reason === 'content_filter' ? 'content_filter' : 'length'
}

/**
 * `response.output_text.delta`, `response.reasoning_summary_text.delta`, `response.function_call_arguments.delta`, …
 * The letters of a sound (`response.audio.delta`) are none of the model's.
 */
function toDelta(type: string, { delta }: Record<string, unknown>): object {
  if (!type.endsWith('.delta')) return {}
  if (type.includes('.reasoning')) return { reasoning_content: delta }
  if (/text|refusal|transcript/.test(type)) return { content: delta }
  return type.includes('_call') ? toCalls([{ input: delta }]) : {}
}

function ofOutput(items: readonly Record<string, unknown>[]): object {
  const parts = items.flatMap(({ content, summary }) => [...records(content), ...records(summary)])
  const calls = items.map(({ name, arguments: data, input }) => ({ name, input: data ?? input }))
  return {
    content: parts.map(({ text: words, refusal }) => text(words) + text(refusal)).join(''),
    ...toCalls(calls.filter(isNamed)),
  }
}

interface ToolCall {
  name?: unknown
  input: unknown
}

const isNamed = ({ name }: ToolCall) => name !== undefined

function toCalls(calls: readonly ToolCall[]): object {
  return { tool_calls: calls.map(({ name, input }) => ({ function: { name, arguments: asWritten(input) } })) }
}

/** The text that the model wrote, because its tokens were spent on that. */
function asWritten(input: unknown): unknown {
  if (typeof input === 'string') return input
  try {
    return JSON.stringify(input)
  } catch {
    // `JSON.parse` reads what is nested too deeply for `JSON.stringify`.
    return ''
  }
}

function createOfMessage({ onCounted, onOpened }: Heard): AsChunk {
  // The first count and the last are all that is needed: they are cumulative. Only the last is of the whole answer.
  let first: unknown
  let reason: FinishReason = 'stop'
  return (raw) => {
    const event = record(raw)
    switch (event.type) {
      case 'message':
        return {
          id: event.id,
          model: event.model,
          usage: mapUsage([event.usage]),
          choices: [{ finish_reason: mapStop(event), delta: ofBlocks(records(event.content)) }],
        }
      case 'message_start': {
        const { id, model, usage } = record(event.message)
        first = usage
        onCounted(mapUsage([first]))
        return { id, model }
      }
      case 'content_block_start':
        onOpened()
        return {}
      case 'content_block_delta': {
        const { text: content, thinking, partial_json } = record(event.delta)
        const calls = partial_json === undefined ? {} : toCalls([{ input: partial_json }])
        return { choices: [{ delta: { content, reasoning_content: thinking, ...calls } }] }
      }
      case 'message_delta':
        reason = mapStop(record(event.delta)) ?? reason
        return { usage: isRecord(event.usage) ? mapUsage([first, event.usage]) : null }
      case 'message_stop':
        return { choices: [{ finish_reason: reason, delta: {} }] }
      case 'error':
        return { error: event.error }
      default:
        return {}
    }
  }
}

function mapStop({ stop_reason }: Record<string, unknown>): FinishReason | null {
  return typeof stop_reason === 'string' ? mapStopReason(stop_reason) : null
}

function ofBlocks(blocks: readonly Record<string, unknown>[]): object {
  return {
    content: blocks.map((block) => text(block.text) + text(block.thinking)).join(''),
    ...toCalls(blocks.map(({ name, input }) => ({ name, input })).filter(isNamed)),
  }
}
