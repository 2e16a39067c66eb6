/**
 * Passes a good answer in OpenAI's form through its guardrails as it arrives. It stands between the attempt and the
 * relay, which gets bytes of the same form. Calls without a guardrail for answers skip it.
 *
 * What cannot be parsed cannot be checked, so it is not passed on.
 */
import { createFrameSplitter, encodeEvent, isKeepAlive, readFrame } from '@drag-race/wire'
import { isRecord, parseJson } from '../dialects/read-json.ts'
import { GatewayError, NotChecked } from '../errors.ts'
import { findEventExcess } from '../json-structure.ts'
import type { Answer } from '../upstream/attempt.ts'
import { isPacked } from '../upstream/headers.ts'
import { readAnswer } from '../upstream/read-answer.ts'
import { editInTurns } from './edit-in-turns.ts'
import { type EditText, editTexts } from './edit-texts.ts'
import { type ChunkGuard, createChunkGuard } from './guard-chunks.ts'
import type { TextGuard } from './text-guard.ts'
import { createTurns, type Turns } from './turns.ts'

export interface AnswerGuard {
  guard: TextGuard
  provider: string
  isStream: boolean
  /** How many choices were asked for. */
  choices: number
  nowMs(): number
  /** Gets the time that the guardrails took for one read. */
  onWorked(ms: number): void
  /** Gets a chunk, or a whole body, that was rejected: it was generated, so it must be paid for. */
  onRejected(raw: unknown): void
}

export function guardAnswer(answer: Answer, parts: AnswerGuard): Answer {
  const type = answer.headers['content-type'] ?? ''
  // The relay refuses a web page or a compressed body, and says why; it passes on nothing of it.
  if (/^text\/html\b/i.test(type) || isPacked(answer.headers)) return answer
  const { 'content-length': _, ...headers } = answer.headers
  // Some providers answer without streaming though a stream was asked for; the relay makes a stream of that.
  const isStream = parts.isStream && !/^application\/json\b/i.test(type)
  return { ...answer, headers, body: isStream ? guardStream(answer, parts) : guardWhole(answer, parts) }
}

async function* guardStream(answer: Answer, parts: AnswerGuard): AsyncGenerator<Uint8Array> {
  // A token that is held back has arrived: the deadline for the first token is met when the guard gets it.
  const chunks = createChunkGuard(parts.guard, parts.choices, answer.begun)
  const splitter = createFrameSplitter()
  const pass = async function* (frames: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    const turns = createTurns()
    const fromMs = parts.nowMs()
    const passed: Uint8Array[] = []
    let stopped: { error: unknown } | null = null
    try {
      for (const frame of frames) passed.push(...(await passFrame(frame, chunks, turns, parts)))
    } catch (error) {
      stopped = { error }
    }
    parts.onWorked(parts.nowMs() - fromMs)
    // Events before a rejected one are still passed on.
    if (passed.length > 0) yield Buffer.concat(passed)
    if (stopped) throw stopped.error
  }
  for await (const bytes of answer.body) yield* pass(splitter.push(bytes))
  const rest = splitter.rest()
  if (isWholeEvent(rest)) yield* pass([Buffer.concat([rest, Buffer.from('\n\n')])])
}

async function passFrame(
  bytes: Uint8Array,
  chunks: ChunkGuard,
  turns: Turns,
  { provider, onRejected }: AnswerGuard,
): Promise<Uint8Array[]> {
  const frame = readFrame(bytes)
  const { data, event } = frame
  // A comment, or an error that is sent in a field of its own.
  if (data === null) return [bytes]
  if (data.trim() === '[DONE]') {
    const rests = await chunks.done(turns)
    return [...rests.map((chunk) => encode(chunk, event)), bytes]
  }
  const raw = findEventExcess(bytes) === null ? parseJson(data) : undefined
  if (raw === undefined) {
    // Its text is not part of the answer, but it is unchecked, so a comment is sent in its place.
    if (isKeepAlive(frame)) return [Buffer.from(': keep-alive\n\n')]
    const message = `${provider} sent an event that is not JSON, or too deep or large for this gateway's guardrails.`
    // If all choices are finished, the caller already has the whole answer.
    throw chunks.isOver()
      ? new GatewayError('malformed_stream', message)
      : new NotChecked(message, 'malformed_stream')
  }
  try {
    const passed = await chunks.chunk(raw, turns)
    return passed.length === 1 && passed[0] === raw ? [bytes] : passed.map((chunk) => encode(chunk, event))
  } catch (error) {
    onRejected(raw)
    throw error
  }
}

function encode(chunk: unknown, event: string | null): Uint8Array {
  return Buffer.from(encodeEvent({ data: JSON.stringify(chunk), ...(event !== null && { event }) }))
}

/** Half an event at the end of a cut stream is dropped: it is of no use, and could hold half of a match. */
function isWholeEvent(rest: Uint8Array): boolean {
  const { data, unknown } = readFrame(rest)
  return data === null ? unknown.length > 0 : data.trim() === '[DONE]' || parseJson(data) !== undefined
}

async function* guardWhole(answer: Answer, parts: AnswerGuard): AsyncGenerator<Uint8Array> {
  const { guard, provider, nowMs, onWorked, onRejected } = parts
  const bytes = await readAnswer(answer.body, provider)
  const fromMs = nowMs()
  const raw = parseJson(bytes.toString())
  if (raw === undefined && bytes.length > 0) {
    const message = `The answer of ${provider} is not JSON, or nested too deep for this gateway's guardrails.`
    throw new GatewayError('bad_response', message)
  }
  const guarded = await guardOrTell(raw, guard, onRejected)
  const passed = guarded === raw ? bytes : Buffer.from(JSON.stringify(guarded))
  onWorked(nowMs() - fromMs)
  yield passed
}

async function guardOrTell(
  raw: unknown,
  guard: TextGuard,
  onRejected: AnswerGuard['onRejected'],
): Promise<unknown> {
  try {
    // No signal is checked here: when the caller leaves, the attempt is aborted, and this answer with it.
    return await editInTurns(guard, createTurns(), (edit) => editCompletion(raw, edit))
  } catch (error) {
    onRejected(raw)
    throw error
  }
}

function editCompletion(raw: unknown, edit: EditText): unknown {
  if (!isRecord(raw) || !Array.isArray(raw.choices)) return editTexts(raw, edit)
  const choices = (raw.choices as unknown[]).map((choice) => {
    if (!isRecord(choice)) return editTexts(choice, edit)
    // `logprobs` holds the same text as single tokens, in which no detector would find a match.
    const { logprobs, ...rest } = choice
    const edited = editTexts(rest, edit)
    return edited === rest && (logprobs ?? null) === null ? choice : edited
  })
  return choices.every((choice, at) => choice === (raw.choices as unknown[])[at]) ? raw : { ...raw, choices }
}
