/**
 * A whole answer as the stream that was asked for: some servers ignore `stream: true`. One chunk with everything, the
 * usage chunk where there is usage, `[DONE]`. Where the answer holds an error, this is the last event, without a
 * `[DONE]`.
 */
import type { ChunkError } from '@drag-race/contracts'
import { encodeEvent } from '@drag-race/wire'
import { typeOf } from '../fault.ts'
import { record, records } from '../read-json.ts'

/** `error`: the error that the answer holds, wherever it stands; null when there is none. */
export function toStreamText(json: Record<string, unknown>, error: ChunkError | null): string {
  const { id, created, model, choices, usage } = json
  const head = { id, object: 'chat.completion.chunk', created, model }
  const chunks: object[] = [{ ...head, choices: records(choices).map(toDelta) }]
  if (usage) chunks.push({ ...head, choices: [], usage })
  if (error) chunks.push({ error: toEnvelope(error) })
  const texts = chunks.map((chunk) => JSON.stringify(chunk))
  return [...texts, ...(error ? [] : ['[DONE]'])].map((data) => encodeEvent({ data })).join('')
}

function toEnvelope({ message, code, status }: ChunkError): object {
  return { message, type: typeOf(status ?? 502), code, param: null, status }
}

function toDelta(choice: Record<string, unknown>): object {
  const { message, ...rest } = choice
  const delta = record(message)
  const calls = Array.isArray(delta.tool_calls) ? delta.tool_calls : null
  // Clients put the fragments of a tool call together by their index; calls in a whole message have none.
  return {
    ...rest,
    delta: calls ? { ...delta, tool_calls: calls.map((call, index) => ({ index, ...call })) } : delta,
  }
}
