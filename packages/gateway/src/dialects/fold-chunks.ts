/** Chunks → the whole answer, for a caller that did not ask for a stream. */
import type { ChatCompletion, ChunkChoice, CompletionChoice, MappedEvent } from './dialect.ts'
import { badAnswer, DialectError } from './dialect-error.ts'

/** Throws the error that is among the events, or `empty_response` when there is no chunk. */
export function foldChunks(events: readonly MappedEvent[]): ChatCompletion {
  const chunks = events.flatMap((event) => {
    if (event.kind === 'error') {
      const { kind: _, ...fault } = event
      throw new DialectError(fault)
    }
    return event.kind === 'chunk' ? [event.chunk] : []
  })
  const [first] = chunks
  if (!first) throw badAnswer('The provider answered with nothing. Try again.', 'empty_response')
  const { id, created, model } = first
  const completion: ChatCompletion = { id, object: 'chat.completion', created, model, choices: [] }
  for (const chunk of chunks) {
    for (const choice of chunk.choices) addChoice(completion.choices, choice)
    if (chunk.usage) completion.usage = chunk.usage
  }
  completion.choices.sort((a, b) => a.index - b.index)
  return completion
}

function addChoice(
  choices: CompletionChoice[],
  { index, delta, finish_reason, native_finish_reason }: ChunkChoice,
) {
  const choice = choices.find((known) => known.index === index) ?? openChoice(choices, index)
  const { message } = choice
  if (delta.content) message.content = (message.content ?? '') + delta.content
  if (delta.reasoning_content) {
    message.reasoning_content = (message.reasoning_content ?? '') + delta.reasoning_content
  }
  if (delta.reasoning_details) message.reasoning_details = delta.reasoning_details
  for (const image of delta.images ?? []) {
    message.images ??= []
    message.images.push(image)
  }
  for (const { index: place, id = '', function: part } of delta.tool_calls ?? []) {
    message.tool_calls ??= []
    message.tool_calls[place] ??= { id, type: 'function', function: { name: part.name ?? '', arguments: '' } }
    message.tool_calls[place].function.arguments += part.arguments ?? ''
  }
  if (finish_reason) choice.finish_reason = finish_reason
  if (native_finish_reason !== undefined) choice.native_finish_reason = native_finish_reason
}

function openChoice(choices: CompletionChoice[], index: number): CompletionChoice {
  const message = { role: 'assistant' as const, content: null, refusal: null }
  const choice: CompletionChoice = { index, message, finish_reason: 'stop', logprobs: null }
  choices.push(choice)
  return choice
}
