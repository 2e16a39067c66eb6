/**
 * A good answer in OpenAI's form → the same answer as its guardrails let it pass, as it arrives. It stands between the
 * attempt and the relay, which goes on to see bytes of one form; without a guardrail for answers it is not there.
 *
 * What cannot be read cannot be checked, so it does not pass.
 */
import { createFrameSplitter, encodeEvent, readFrame } from '@drag-race/wire'
import { isKeepAlive } from '../dialects/keep-alive.ts'
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
  /** How many were asked for. */
  choices: number
  nowMs(): number
  /** Time that a read took. */
  onWorked(ms: number): void
  /** A chunk, or a whole body, that does not pass: it was generated, and is paid for. */
  onRejected(raw: unknown): void
}

export function guardAnswer(answer: Answer, parts: AnswerGuard): Answer {
  const type = answer.headers['content-type'] ?? ''
  // The relay says what is wrong with a web page, or with what is compressed, and lets nothing of it pass.
  if (/^text\/html\b/i.test(type) || isPacked(answer.headers)) return answer
  const { 'content-length': _, ...headers } = answer.headers
  // Some front doors answer whole though a stream was asked for; the relay makes one of it.
  const isStream = parts.isStream && !/^application\/json\b/i.test(type)
  return { ...answer, headers, body: isStream ? guardStream(answer, parts) : guardWhole(answer, parts) }
}

async function* guardStream(answer: Answer, parts: AnswerGuard): AsyncGenerator<Uint8Array> {
  // What is held back is no silence of the provider's: its first token is met when it is heard.
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
    // What came before an event that does not pass is the caller's.
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
  // A comment, or a failure in a field of its own.
  if (data === null) return [bytes]
  if (data.trim() === '[DONE]') {
    const rests = await chunks.done(turns)
    return [...rests.map((chunk) => encode(chunk, event)), bytes]
  }
  const raw = findEventExcess(bytes) === null ? parseJson(data) : undefined
  if (raw === undefined) {
    // Its text is no part of the answer, and still nobody has checked it.
    if (isKeepAlive(frame)) return [Buffer.from(': keep-alive\n\n')]
    const message = `${provider} sent an event that is not JSON, which the guardrails of this gateway cannot check.`
    // Behind the end of all choices nothing is missing without it.
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

/** Half an event at the end of a cut stream is of no use, and may hold half of a match. */
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
    const message = `What ${provider} answered is not JSON, so the guardrails of this gateway cannot check it.`
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
    // A caller who leaves takes the attempt with it, and this answer.
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
    // The tokens themselves stand in it, cut as no detector expects.
    const { logprobs, ...rest } = choice
    const edited = editTexts(rest, edit)
    return edited === rest && (logprobs ?? null) === null ? choice : edited
  })
  return choices.every((choice, at) => choice === (raw.choices as unknown[])[at]) ? raw : { ...raw, choices }
}
