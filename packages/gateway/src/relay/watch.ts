/**
 * Watches a stream without touching it: has it begun, has it ended, how, and what did it use?
 *
 * The last usage that is not null wins, from whatever chunk; a sum would count cumulative ones twice.
 */
import {
  type ChunkError,
  type ChunkFacts,
  hasToken,
  isUsageOnly,
  readChunk,
  type Usage,
} from '@drag-race/contracts'
import { type Frame, readFrame } from '@drag-race/wire'
import { asBuffer } from '../as-buffer.ts'
import { choicesMax } from '../dialects/choices-max.ts'
import { isKeepAlive } from '../dialects/keep-alive.ts'
import { readWords } from '../dialects/openai/read-words.ts'
import { shortenName } from '../dialects/provider-words.ts'
import { record } from '../dialects/read-json.ts'
import { findEventExcess } from '../json-structure.ts'
import type { AsChunk } from './as-chunk.ts'
import { isSmall } from './is-small.ts'

/** What an answer has said so far, streamed or not. Times are of the gateway's monotonic clock. */
export interface AnswerFacts {
  firstTokenAtMs: number | null
  lastTokenAtMs: number | null
  /** When its end was read. What a provider does behind it, and the writing of it to the caller, is no part of its time. */
  endedAtMs: number | null
  /** A part of the answer was opened, be it a thought that nobody is shown: tokens are made, whether or not they are sent. */
  isOpened: boolean
  /** Events that hold a chunk; comments and `[DONE]` are none. */
  chunks: number
  /** Chunks that hold a token of any kind, and the letters of answer, reasoning and calls of tools in them. */
  tokenChunks: number
  letters: number
  /** An event before its end was no JSON, so that what it should have said is missing, or told of a choice that nobody can have asked for. */
  isMalformed: boolean
  /** Of any choice, the last one that came. */
  finishReason: string | null
  /** The indexes of the choices that have begun and of those that have ended, of which one may be missing its end. */
  begunChoices: Set<number>
  endedChoices: Set<number>
  isDone: boolean
  /** It said `[DONE]` behind an error. Who looks for nothing but the end would take half an answer for a whole one. */
  isFalseEnd: boolean
  hasReasoning: boolean
  usage: Usage | null
  /** What the provider has counted before the end: no usage of a call, but for one that has no other. */
  usageSoFar: Usage | null
  /** As the provider wrote it, for a chunk of our own; null where it is larger than any usage. */
  usageRaw: unknown
  id: string | null
  /** In seconds of the wall clock; null where the provider tells no number. */
  created: number | null
  model: string | null
  error: ChunkError | null
  /** What a chunk said before there was a choice: all that is told of a stream that never has one. */
  words: string | null
  /** The error stands in a field that no client of OpenAI's form reads. */
  isErrorHidden: boolean
}

/** What a frame is, for those who decide whether it passes. Comments are all that only shows life. */
export type FrameKind = 'comment' | 'event' | 'usage' | 'done'

export interface StreamWatch {
  readonly facts: AnswerFacts
  /** May the answer's end be in these bytes? A text that the model wrote may hold its words too. */
  mayEnd(bytes: Uint8Array): boolean
  see(frame: Uint8Array, atMs: number): FrameKind
}

/** What the watch must know of an endpoint other than chat. */
export interface Reading {
  asChunk: AsChunk
  endWords: readonly string[]
}

const chatReading: Reading = { asChunk: (raw) => raw, endWords: ['[DONE]'] }

export function createStreamWatch(
  facts: AnswerFacts = createFacts(),
  { asChunk, endWords }: Reading = chatReading,
): StreamWatch {
  const endsWithDone = endWords.includes('[DONE]')
  return {
    facts,
    mayEnd: (bytes) => endWords.some((word) => asBuffer(bytes).includes(word)),
    see(bytes, atMs) {
      const frame = readFrame(bytes)
      // Behind its end nothing is of the answer: the report is written, and clients read no further.
      if (facts.isDone) return frame.data === null ? 'comment' : kindOf(parse(frame.data))
      noteUnknownFields(facts, frame)
      if (frame.data === null) return 'comment'
      if (frame.data.trim() === '[DONE]') {
        facts.isDone = true
        facts.endedAtMs = atMs
        facts.isFalseEnd = facts.error !== null
        return 'done'
      }
      // So much is no event of a model, and would hold up all other calls.
      const raw = findEventExcess(bytes) === null ? parse(frame.data) : undefined
      if (raw !== undefined) noteChunk(facts, asChunk(raw), atMs)
      else if (isKeepAlive(frame)) return 'comment'
      // Its last event is the end: no `[DONE]` is missing.
      if (!endsWithDone && facts.finishReason !== null) {
        facts.isDone = true
        facts.endedAtMs = atMs
      }
      if (frame.event === 'error') {
        facts.error ??= { message: frame.data, code: null, status: null }
      }
      // An error is told already.
      if (raw === undefined && facts.error === null) facts.isMalformed = true
      return kindOf(raw)
    },
  }
}

const kindOf = (raw: unknown): FrameKind => (isUsageOnly(raw) ? 'usage' : 'event')

export function createFacts(): AnswerFacts {
  return {
    firstTokenAtMs: null,
    lastTokenAtMs: null,
    endedAtMs: null,
    isOpened: false,
    chunks: 0,
    tokenChunks: 0,
    letters: 0,
    isMalformed: false,
    finishReason: null,
    begunChoices: new Set(),
    endedChoices: new Set(),
    isDone: false,
    isFalseEnd: false,
    hasReasoning: false,
    usage: null,
    usageSoFar: null,
    usageRaw: null,
    id: null,
    created: null,
    model: null,
    error: null,
    words: null,
    isErrorHidden: false,
  }
}

/** Adds a chunk, or a whole JSON body. */
export function noteChunk(facts: AnswerFacts, raw: unknown, atMs: number): ChunkFacts {
  const chunk = readChunk(raw)
  facts.chunks++
  facts.finishReason = chunk.finishReason === null ? facts.finishReason : shortenName(chunk.finishReason)
  if (facts.begunChoices.size === 0 && chunk.choices.length === 0) facts.words ??= readWords(raw)
  for (const { index, isFinished } of chunk.choices) {
    // What is kept of each would grow with whatever the provider sends.
    if (index < 0 || index >= choicesMax) {
      facts.isMalformed = true
      continue
    }
    facts.begunChoices.add(index)
    if (isFinished) facts.endedChoices.add(index)
  }
  facts.id ??= chunk.id && shortenName(chunk.id)
  facts.created ??= toNumber(record(raw).created)
  facts.model ??= chunk.model && shortenName(chunk.model)
  facts.error ??= chunk.error
  if (chunk.reasoning !== '') facts.hasReasoning = true
  if (chunk.usage) {
    facts.usage = chunk.usage
    const usage = record(raw).usage ?? record(record(raw).x_groq).usage
    facts.usageRaw = isSmall(usage) ? usage : null
  }
  if (hasToken(chunk)) {
    facts.firstTokenAtMs ??= atMs
    facts.lastTokenAtMs = atMs
    facts.tokenChunks++
    facts.letters += chunk.answer.length + chunk.reasoning.length + chunk.toolCall.length
  }
  return chunk
}

function toNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

/** Has the provider begun to answer? From then on the answer is the caller's, and silence is counted. */
export function hasBegun({ firstTokenAtMs, isOpened }: AnswerFacts): boolean {
  return firstTokenAtMs !== null || isOpened
}

/**
 * Is the answer whole? The end of a stream is success when each choice that has begun has its `finish_reason`, `[DONE]` or
 * not; `[DONE]` alone too. Without a choice there is no answer. How many choices were asked for does not matter: some providers give one, whatever is asked.
 */
export function isWhole(facts: AnswerFacts): boolean {
  const { error, isMalformed, isDone, begunChoices, endedChoices } = facts
  const isEnded = isDone || endedChoices.size === begunChoices.size
  return error === null && !isMalformed && begunChoices.size > 0 && isEnded
}

/** llama-box tells a failure in a line `error: {…}`, which the standard does not know and every client skips. */
function noteUnknownFields(facts: AnswerFacts, frame: Frame) {
  const field = frame.unknown.find((unknown) => unknown.field === 'error')
  if (!field || facts.error) return
  facts.error = readChunk(parse(field.value)).error ?? {
    message: field.value.trim(),
    code: null,
    status: null,
  }
  facts.isErrorHidden = true
}

/** `undefined` stands for broken JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
