/**
 * Writes an answer as OpenAI's chunks, in the order that the official clients put together: role first, then content, then
 * what must be kept, why it ended, and what it used. Whole answers are written with it too and folded (`fold-chunks.ts`),
 * so that a stream and a whole answer cannot disagree.
 */

import { choicesMax } from './choices-max.ts'
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
  /** Who answers, as far as the provider says. Writes nothing: the role comes with the first thing said. */
  about(answer: { id: string; model: string }): void
  /** The answer has begun: the chunk with the role, once a choice. */
  begin(choice?: number): void
  text(text: string, choice?: number): void
  reasoning(text: string, choice?: number): void
  /** Opens a tool call; its index among the choice's calls. What is more than the caller takes is not written. */
  toolCall(call: { id: string; name: string }, choice?: number): number
  toolArguments(index: number, fragment: string, choice?: number): void
  /** Kept until the choice finishes. */
  detail(detail: ReasoningDetail, choice?: number): void
  /** Once a choice; `native` is the provider's own word. A choice that called tools has not simply stopped. */
  finish(reason: FinishReason, native: string, choice?: number): void
  /** A part of the answer begins, which may say nothing for long. */
  opened(): void
  /** What is counted before the end. */
  counted(usage: ChatUsage): void
  usage(usage: ChatUsage): void
  keepAlive(): void
  done(): void
  fail(fault: Fault): void
  /** What was written since the last time. */
  take(): MappedEvent[]
  readonly state: 'empty' | 'begun' | 'finished' | 'closed'
}

interface Choice {
  calls: number
  details: ReasoningDetail[]
  isFinished: boolean
}

/** A choice's; they are one to a thinking block or tool call. */
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
    const choice: Choice = { calls: 0, details: [], isFinished: false }
    choices.set(index, choice)
    delta(index, { role: 'assistant', content: '' })
    return choice
  }

  return {
    about(answer) {
      // Once said it stays: clients take the ids of all chunks for one.
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
