/**
 * A whole answer as the stream that was asked for: some servers ignore `stream: true`. One chunk with everything, the
 * usage chunk where there is usage, `[DONE]`.
 */
import { encodeEvent } from '@drag-race/wire'

export function toStreamText(json: Record<string, unknown>): string {
  const { id, created, model, choices, usage } = json
  const head = { id, object: 'chat.completion.chunk', created, model }
  const chunks: object[] = [{ ...head, choices: (Array.isArray(choices) ? choices : []).map(toDelta) }]
  if (usage) chunks.push({ ...head, choices: [], usage })
  return [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]']
    .map((data) => encodeEvent({ data }))
    .join('')
}

function toDelta(choice: Record<string, unknown>): object {
  const { message, ...rest } = choice
  const delta = typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : {}
  const calls = Array.isArray(delta.tool_calls) ? delta.tool_calls : null
  // Fragments of a tool call are put together by their index; a whole message has none.
  return {
    ...rest,
    delta: calls ? { ...delta, tool_calls: calls.map((call, index) => ({ index, ...call })) } : delta,
  }
}
