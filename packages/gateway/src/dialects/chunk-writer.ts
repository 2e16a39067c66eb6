/**
 * Writes an answer as OpenAI's chunks, in the order that the official clients expect: role, content, reasoning details,
 * finish reason, usage. Whole answers are written as chunks too and then folded (`fold-chunks.ts`), so that a stream
 * and a whole answer cannot disagree.
 */

import { choicesMax } from './choices-max.ts'
import type { Data } from './data-url.ts'
import type {
  AnswerContext,
  ChatUsage,
  ChunkDelta,
  Fault,
  FinishReason,
  MappedEvent,
  ReasoningDetail,
} from './dialect.ts'
import { badAnswer } from './dialect-error.ts'
import { shortenName } from './provider-words.ts'

export interface ChunkWriter {
  /** Id and model, as far as the provider names them. Writes nothing: the role comes with the first content. */
  about(answer: { id: string; model: string }): void
  /** The answer has begun: writes the chunk with the role, once for each choice. */
  begin(choice?: number): void
  text(text: string, choice?: number): void
  reasoning(text: string, choice?: number): void
  image(image: Data, choice?: number): void
  /** Opens a tool call and returns its index in the choice. Calls beyond what the caller allows are not written. */
  toolCall(call: { id: string; name: string }, choice?: number): number
  toolArguments(index: number, fragment: string, choice?: number): void
  /** Held until the choice finishes. */
  detail(detail: ReasoningDetail, choice?: number): void
  /** Writes once for each choice; `native` is the provider's own word. `stop` with tool calls becomes `tool_calls`. */
  finish(reason: FinishReason, native: string, choice?: number): void
  /** A part of the answer begins. Its first token can take long. */
  opened(): void
  /** Usage that is known before the end. */
  counted(usage: ChatUsage): void
  usage(usage: ChatUsage): void
  keepAlive(): void
  done(): void
  fail(fault: Fault): void
  /** The events written since the last call. */
  take(): MappedEvent[]
  readonly state: 'empty' | 'begun' | 'finished' | 'closed'
}

interface Choice {
  calls: number
  images: number
  details: ReasoningDetail[]
  isFinished: boolean
}

/** Limit for a choice: there is one detail for each thinking block or tool call. */
const detailsMax = 1_000

export function createChunkWriter(context: AnswerContext): ChunkWriter {
  let { id, model } = context
  let isClosed = false
  let events: MappedEvent[] = []
  const choices = new Map<number, Choice>()
  const isTaken = (place: number) => place === 0 || context.isParallel !== false

  const write = (event: MappedEvent) => {
    if (!isClosed) events.push(event)
  }
  const head = () => ({ id, object: 'chat.completion.chunk' as const, created: context.createdAtS, model })
  const delta = (index: number, delta: ChunkDelta) => {
    open(index)
    write({
      kind: 'chunk',
      chunk: { ...head(), choices: [{ index, delta, finish_reason: null, logprobs: null }] },
    })
  }
  const open = (index: number): Choice => {
    const known = choices.get(index)
    if (known) return known
    if (choices.size === choicesMax) throw badAnswer(`The provider sent more than ${choicesMax} answers.`)
    const choice: Choice = { calls: 0, images: 0, details: [], isFinished: false }
    choices.set(index, choice)
    delta(index, { role: 'assistant', content: '' })
    return choice
  }

  return {
    about(answer) {
      // Id and model stay once a chunk has them: clients expect the same id in all chunks.
      if (choices.size > 0) return
      id = shortenName(answer.id) || id
      model = shortenName(answer.model) || model
    },
    begin: (index = 0) => void open(index),
    text(content, index = 0) {
      if (content !== '') delta(index, { content })
    },
    reasoning(reasoning_content, index = 0) {
      if (reasoning_content !== '') delta(index, { reasoning_content })
    },
    image({ mediaType, base64 }, index = 0) {
      const url = `data:${mediaType};base64,${base64}`
      const image = { type: 'image_url' as const, index: open(index).images++, image_url: { url } }
      // It is no token, but the answer has begun.
      write({ kind: 'opened' })
      delta(index, { images: [image] })
    },
    toolCall(call, index = 0) {
      const choice = open(index)
      const place = choice.calls++
      const opened = { name: call.name, arguments: '' }
      if (!isTaken(place)) return place
      delta(index, { tool_calls: [{ index: place, id: call.id, type: 'function', function: opened }] })
      return place
    },
    toolArguments(place, fragment, index = 0) {
      if (fragment === '' || !isTaken(place)) return
      delta(index, { tool_calls: [{ index: place, function: { arguments: fragment } }] })
    },
    detail(detail, index = 0) {
      const { details } = open(index)
      if (details.length === detailsMax)
        throw badAnswer(`The provider sent more than ${detailsMax} signatures.`)
      details.push(detail)
    },
    finish(reason, native, index = 0) {
      const choice = open(index)
      if (choice.isFinished) return
      choice.isFinished = true
      if (choice.details.length > 0) delta(index, { reasoning_details: choice.details })
      const finish_reason = reason === 'stop' && choice.calls > 0 ? 'tool_calls' : reason
      const ended = { index, delta: {}, finish_reason, logprobs: null, native_finish_reason: native }
      write({ kind: 'chunk', chunk: { ...head(), choices: [ended] } })
    },
    opened: () => write({ kind: 'opened' }),
    counted: (usage) => write({ kind: 'counted', usage }),
    usage: (usage) => write({ kind: 'chunk', chunk: { ...head(), choices: [], usage } }),
    keepAlive: () => write({ kind: 'keepAlive' }),
    done() {
      write({ kind: 'done' })
      isClosed = true
    },
    fail(fault) {
      write({ kind: 'error', ...fault })
      isClosed = true
    },
    take() {
      const taken = events
      events = []
      return taken
    },
    get state() {
      if (isClosed) return 'closed'
      if (choices.size === 0) return 'empty'
      return [...choices.values()].every(({ isFinished }) => isFinished) ? 'finished' : 'begun'
    },
  }
}
