/**
 * Passes a provider's stream to the caller byte for byte and watches it go by: before the first token to know whether the answer has
 * begun, after it from behind, so that no token waits for the look at it.
 *
 * What the gateway adds: `[DONE]` where a whole answer lacks it, and the blank line that a last event lacks. What it
 * leaves out: half an event at the end of a cut stream, which no reader could use, and `[DONE]` behind an error. An event that
 * is no JSON ends the stream with an error: who skips it has a short success, and who does not has an error of its own.
 */
import { setImmediate } from 'node:timers/promises'
import type { ChunkError } from '@drag-race/contracts'
import { createFrameSplitter, FrameTooLarge, readFrame } from '@drag-race/wire'
import { GatewayError, NotChecked } from '../errors.ts'
import { hasSecret, withoutSecretsIn } from '../upstream/secrets.ts'
import type { Caller } from './caller.ts'
import { toNoAnswer } from './no-answer.ts'
import type { UsageChunkRule } from './usage-chunk.ts'
import { type AnswerFacts, hasBegun, isWhole, type StreamWatch } from './watch.ts'

export interface StreamRelay {
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  watch: StreamWatch
  usageChunk: UsageChunkRule
  caller: Caller
  provider: string
  /** What it was sent, and must not tell the caller in an error. */
  secrets: readonly string[]
  nowMs(): number
  /** An error came before any token. Throws to keep it from the caller; else it passes as it came. */
  onEarlyError(error: ChunkError): void
  /** The answer has begun, by its first token or by a part that was opened; told once a read until tokens pass unseen. */
  onBegun(): void
  /** The answer has said that it is finished; told once a read from then on. */
  onDone(): void
  /** How long a read waited for the gateway's own work before it could go on. */
  onWorked(ms: number): void
}

const turnMs = 5

/** Throws when the answer is not whole; what arrived of it has been passed on. */
export async function relayStream(relay: StreamRelay): Promise<void> {
  const { facts } = relay.watch
  const splitter = createFrameSplitter()
  try {
    for await (const bytes of relay.body) {
      const atMs = relay.nowMs()
      const goesAhead = splitter.isBetween && passesUnseen(relay, bytes)
      const frames = goesAhead ? [bytes] : pass(relay, splitter.push(bytes), atMs)
      relay.onWorked(relay.nowMs() - atMs)
      let reading: Promise<void> | null
      try {
        reading = relay.caller.write(frames)
      } finally {
        // Also when the caller has left: the provider counts these tokens.
        if (goesAhead) lookBehind(relay, splitter.push(bytes), atMs)
      }
      if (reading) await reading
      // So much is no answer: thousands of comments in one read. The other calls have their turn before the next.
      else if (relay.nowMs() - atMs > turnMs) await setImmediate()
      if (facts.isMalformed) throw toMalformed(relay.provider)
    }
  } catch (error) {
    // All was said; only its end went wrong. A guardrail that stops one of several choices is no such end.
    const isEnd = error instanceof GatewayError && !isOfGuardrails(error) && isWhole(facts)
    if (!isEnd) throw toGatewayError(error, relay.provider)
  }
  const endedAtMs = relay.nowMs()
  const rest = splitter.rest()
  const last = pass(relay, toLastFrames(rest), endedAtMs)
  const isTold = facts.error !== null && !facts.isErrorHidden
  if (!isWhole(facts) && !isTold) {
    await relay.caller.write(last)
    throw toReason(facts, rest, relay.provider)
  }
  facts.endedAtMs ??= endedAtMs
  const done = isTold || facts.isDone ? [] : [Buffer.from('data: [DONE]\n\n')]
  relay.caller.end([...last, ...relay.usageChunk.end(), ...done])
  relay.onWorked(relay.nowMs() - endedAtMs)
}

function isOfGuardrails(error: GatewayError): boolean {
  return error.code === 'guardrail_rejected' || error instanceof NotChecked
}

/**
 * Whole frames of an answer that has begun, which would all pass: they are looked at when they have gone. Never its end: behind a
 * broken event of the same read it would make a success of the answer.
 */
function passesUnseen({ watch, usageChunk, secrets }: StreamRelay, bytes: Uint8Array): boolean {
  const isWholeFrames = bytes.at(-1) === LF && bytes.at(-2) === LF
  const { firstTokenAtMs, isFalseEnd } = watch.facts
  if (!isWholeFrames || firstTokenAtMs === null || isFalseEnd || watch.mayEnd(bytes)) return false
  return usageChunk.passesUnseen(bytes) && !hasSecret(bytes, secrets)
}

/** At frames that have passed already. */
function lookBehind({ watch, onDone }: StreamRelay, frames: Uint8Array[], atMs: number) {
  for (const frame of frames) watch.see(frame, atMs)
  if (watch.facts.isDone) onDone()
}

function pass(relay: StreamRelay, frames: Uint8Array[], atMs: number): Uint8Array[] {
  const { facts } = relay.watch
  const passed: Uint8Array[] = []
  for (const frame of frames.flatMap(withoutForeignLineFeed)) {
    const kind = relay.watch.see(frame, atMs)
    // Neither it nor what follows passes: with a hole in it an answer is none.
    if (facts.isMalformed) break
    if (facts.isFalseEnd) continue
    const told = facts.error === null ? frame : withoutSecretsIn(frame, relay.secrets)
    passed.push(...relay.usageChunk.pass(told, kind))
  }
  if (facts.isDone) relay.onDone()
  const isTold = facts.error !== null && !facts.isErrorHidden
  if (!hasBegun(facts) && !isTold) return passed
  if (facts.error && facts.firstTokenAtMs === null) relay.onEarlyError(facts.error)
  relay.onBegun()
  relay.caller.begin()
  return passed
}

/**
 * A CRLF that was cut between two reads: its second half comes with the next frame and belongs to the one before, which
 * may have another fate. No frame begins with a line feed otherwise.
 */
function withoutForeignLineFeed(frame: Uint8Array): Uint8Array[] {
  return frame[0] === LF && frame.length > 1 ? [frame.subarray(0, 1), frame.subarray(1)] : [frame]
}

/** The rest of a stream that ended without a blank line: closed when it is a whole event, else left out. */
function toLastFrames(rest: Uint8Array): Uint8Array[] {
  if (rest[0] === LF) return [rest.subarray(0, 1), ...toLastFrames(rest.subarray(1))]
  if (rest.length === 0) return []
  const { data, unknown } = readFrame(rest)
  if (unknown.length === 0 && !isWholeData(data)) return []
  return [Buffer.concat([rest, Buffer.from(rest.at(-1) === LF ? '\n' : '\n\n')])]
}

function isWholeData(data: string | null): boolean {
  if (data === null) return false
  if (data.trim() === '[DONE]') return true
  try {
    JSON.parse(data)
    return true
  } catch {
    return false
  }
}

/** Of no event stream: no field's name begins it, and it is no comment. */
function isText(rest: Uint8Array): boolean {
  return /^\s*(?!(data|event|id|retry)?:)\S/.test(Buffer.from(rest).toString('latin1', 0, 64))
}

function toReason(facts: AnswerFacts, rest: Uint8Array, provider: string): GatewayError {
  if (facts.error) {
    const message = `${provider} failed in the middle of its answer: ${facts.error.message}`
    return new GatewayError('stream_error', message)
  }
  if (facts.isMalformed) return toMalformed(provider)
  if (facts.chunks === 0 && isText(rest)) return toNoStream(provider)
  if (facts.chunks === 0)
    return new GatewayError('empty_response', `${provider} answered with nothing. Try again.`)
  const isNoAnswer = facts.begunChoices.size === 0 && (facts.isDone || facts.words !== null)
  if (isNoAnswer) return toNoAnswer(provider, facts.words)
  return new GatewayError(
    'stream_cut',
    `${provider} ended its answer without saying that it is finished. The answer is incomplete.`,
  )
}

function toNoStream(provider: string): GatewayError {
  return new GatewayError(
    'bad_response',
    `What ${provider} answered is no event stream. Is params.baseUrl in gateway.yaml the right address?`,
  )
}

function toMalformed(provider: string): GatewayError {
  return new GatewayError(
    'malformed_stream',
    `${provider} sent an event that is not JSON in the middle of its answer. What arrived is incomplete: ask again.`,
  )
}

function toGatewayError(error: unknown, provider: string): unknown {
  if (!(error instanceof FrameTooLarge)) return error
  return new GatewayError('bad_response', `${provider} sent an event without end. ${error.message}`)
}

const LF = 10
