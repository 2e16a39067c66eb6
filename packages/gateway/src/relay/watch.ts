/**
 * Watches a stream without changing it: has it begun, has it ended, how, and what did it use?
 *
 * The last usage that is not null counts, in whatever chunk it is; a sum would count cumulative ones twice.
 */
import {
  type ChunkError,
  type ChunkFacts,
  hasToken,
  isUsageOnly,
  readChunk,
  readError,
  type Usage,
} from '@drag-race/contracts'
import { type Frame, isKeepAlive, readFrame } from '@drag-race/wire'
import { asBuffer } from '../as-buffer.ts'
import { choicesMax } from '../dialects/choices-max.ts'
import { readWords } from '../dialects/openai/read-words.ts'
import { shortenName } from '../dialects/provider-words.ts'
import { record } from '../dialects/read-json.ts'
import { findEventExcess } from '../json-structure.ts'
import type { AsChunk } from './as-chunk.ts'
import { isSmall } from './is-small.ts'
import { createTokenForm, type TokenForm } from './token-form.ts'

/** What is known of an answer so far, streamed or not. Times are of the gateway's monotonic clock. */
export interface AnswerFacts {
  firstTokenAtMs: number | null
  lastTokenAtMs: number | null
  /** When its end was read. What a provider sends after it, and passing it on to the caller, do not count. */
  endedAtMs: number | null
  /** A part of the answer has begun; it can be reasoning that is not shown. The model makes tokens, sent or not. */
  isOpened: boolean
  /** Events that hold a chunk; comments and `[DONE]` do not. */
  chunks: number
  /** Chunks that hold a token of any kind, and the letters of answer, reasoning and tool calls in them. */
  tokenChunks: number
  letters: number
  /** An event before the end was not JSON, so that its content is missing, or had a choice that nobody can ask for. */
  isMalformed: boolean
  /** The last one that came, of any choice. */
  finishReason: string | null
  /** The indexes of the choices that have begun, and of those that have ended. */
  begunChoices: Set<number>
  endedChoices: Set<number>
  isDone: boolean
  /** `[DONE]` came after an error. A client that looks only for the end would take half an answer for a whole one. */
  isFalseEnd: boolean
  hasReasoning: boolean
  usage: Usage | null
  /** What the provider counted before the end; it is used only for a call that has no other usage. */
  usageSoFar: Usage | null
  /** The usage as the provider wrote it, for a chunk of the gateway's own; null when it is larger than any usage. */
  usageRaw: unknown
  id: string | null
  /** In seconds of the wall clock; null when the provider sent no number. */
  created: number | null
  model: string | null
  error: ChunkError | null
  /** The message of a chunk without a choice: it explains a stream that never has one. */
  words: string | null
  /** The error is in a field or a member that no OpenAI client reads. */
  isErrorHidden: boolean
}

/** What a frame is, which decides whether it is passed on. Every keep-alive before the end is a comment. */
export type FrameKind = 'comment' | 'event' | 'usage' | 'done'

export interface StreamWatch {
  readonly facts: AnswerFacts
  /** Could the end of the answer be in these bytes? Also true for a text of the model that quotes such an end. */
  mayEnd(bytes: Uint8Array): boolean
  see(frame: Uint8Array, atMs: number): FrameKind
  /** Sees a frame, or a read, that is one more token in the form of an earlier one; false for any other. */
  seeToken(bytes: Uint8Array, atMs: number): boolean
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
  const form = createTokenForm()
  const seeToken = (bytes: Uint8Array, atMs: number): boolean => {
    if (facts.isDone) return false
    const letters = form.lettersOf(bytes)
    if (letters === null) return false
    facts.chunks++
    noteToken(facts, letters, atMs)
    return true
  }
  return {
    facts,
    seeToken,
    mayEnd: (bytes) => endWords.some((word) => asBuffer(bytes).includes(word)),
    see(bytes, atMs) {
      // What follows the end is no part of the answer: the report is written, and clients read no further.
      if (facts.isDone || seeToken(bytes, atMs)) return 'event'
      const frame = readFrame(bytes)
      // No event of a model has so many values; parsing it would hold up all other calls.
      const parse = findEventExcess(bytes) === null ? parseJson : () => undefined
      noteUnknownFields(facts, frame, parse)
      if (frame.data === null) return 'comment'
      if (frame.data.trim() === '[DONE]') {
        facts.isDone = true
        facts.endedAtMs = atMs
        facts.isFalseEnd = facts.error !== null
        return 'done'
      }
      const raw = parse(frame.data)
      if (raw !== undefined) learn(form, bytes, noteChunk(facts, asChunk(raw), atMs))
      else if (isKeepAlive(frame)) return 'comment'
      // On this endpoint the last event is the end; no `[DONE]` follows it.
      if (!endsWithDone && facts.finishReason !== null) {
        facts.isDone = true
        facts.endedAtMs = atMs
      }
      if (frame.event === 'error') {
        facts.error ??= { message: frame.data, code: null, status: null }
      }
      // After an error the answer has failed already.
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

/** Notes a chunk, or a whole JSON body (`isWholeBody`). */
export function noteChunk(facts: AnswerFacts, raw: unknown, atMs: number, isWholeBody = false): ChunkFacts {
  const chunk = readChunk(raw, isWholeBody)
  facts.chunks++
  facts.finishReason = chunk.finishReason === null ? facts.finishReason : shortenName(chunk.finishReason)
  if (chunk.choices.length === 0) facts.words ??= readWords(raw)
  for (const { index, isFinished } of chunk.choices) {
    // Something is kept for each choice, which must not grow with whatever the provider sends.
    if (!Number.isInteger(index) || index < 0 || index >= choicesMax) {
      facts.isMalformed = true
      continue
    }
    facts.begunChoices.add(index)
    if (isFinished) facts.endedChoices.add(index)
  }
  facts.id ??= chunk.id && shortenName(chunk.id)
  facts.created ??= toNumber(record(raw).created)
  facts.model ??= chunk.model && shortenName(chunk.model)
  if (chunk.error !== null && facts.error === null) {
    facts.error = chunk.error
    // Groq tells it in a member of its own.
    facts.isErrorHidden = readError(raw) === null && Boolean(record(record(raw).x_groq).error)
  }
  if (chunk.reasoning !== '') facts.hasReasoning = true
  if (chunk.usage) {
    facts.usage = chunk.usage
    const usage = record(raw).usage ?? record(record(raw).x_groq).usage
    facts.usageRaw = isSmall(usage) ? usage : null
  }
  if (hasToken(chunk)) {
    noteToken(facts, chunk.answer.length + chunk.reasoning.length + chunk.toolCall.length, atMs)
  }
  return chunk
}

function noteToken(facts: AnswerFacts, letters: number, atMs: number): void {
  facts.firstTokenAtMs ??= atMs
  facts.lastTokenAtMs = atMs
  facts.tokenChunks++
  facts.letters += letters
}

/** Only from a chunk that, repeated, would change no fact but the number of chunks, tokens and letters. */
function learn(form: TokenForm, frame: Uint8Array, chunk: ChunkFacts): void {
  const { answer, reasoning, hasToolCall, finishReason, usage } = chunk
  if (hasToolCall || finishReason !== null || usage) return
  if (answer !== '' && reasoning === '') form.learn(frame, answer)
  else if (reasoning !== '' && answer === '') form.learn(frame, reasoning)
}

function toNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

/** Has the provider begun to answer? From then on the call is not tried again, and the idle deadline applies. */
export function hasBegun({ firstTokenAtMs, isOpened }: AnswerFacts): boolean {
  return firstTokenAtMs !== null || isOpened
}

/**
 * Is the answer whole? A stream has ended well when each choice that has begun has its `finish_reason`, or with a
 * `[DONE]`; one of them is enough. Without a choice there is no answer. How many choices were asked for does not
 * matter: some providers always send one.
 */
export function isWhole(facts: AnswerFacts): boolean {
  const { error, isMalformed, isDone, begunChoices, endedChoices } = facts
  const isEnded = isDone || endedChoices.size === begunChoices.size
  return error === null && !isMalformed && begunChoices.size > 0 && isEnded
}

/** llama-box sends a failure in a line `error: {…}`, a field that the standard does not have and every client skips. */
function noteUnknownFields(facts: AnswerFacts, frame: Frame, parse: (text: string) => unknown) {
  const field = frame.unknown.find((unknown) => unknown.field === 'error')
  if (!field || facts.error) return
  facts.error = readChunk(parse(field.value)).error ?? {
    message: field.value,
    code: null,
    status: null,
  }
  facts.isErrorHidden = true
}

/** `undefined` stands for broken JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
