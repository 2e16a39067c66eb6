/**
 * Passes a provider's stream on to the caller byte for byte, and watches it. Up to the first token, bytes are watched
 * before they are passed on, to know whether the answer has begun; after it mostly afterwards, so that no token waits.
 *
 * The gateway adds `[DONE]` where a whole answer lacks it, and the blank line that a last event lacks. It leaves out
 * half an event at the end of a cut stream, which no client could use, and `[DONE]` after an error. An event that is
 * not JSON ends the stream with an error: a client that skips the event would take a short answer for a success, and
 * one that does not would fail by itself.
 */
import { setImmediate } from 'node:timers/promises'
import type { ChunkError } from '@drag-race/contracts'
import { createFrameSplitter, FrameTooLarge, readFrame } from '@drag-race/wire'
import { GatewayError, NotChecked } from '../errors.ts'
import { findEventExcess } from '../json-structure.ts'
import { hasSecret, withoutSecretsIn } from '../upstream/secrets.ts'
import type { Caller } from './caller.ts'
import { toNoAnswer } from './no-answer.ts'
import { toToldFailure } from './told-failure.ts'
import type { UsageChunkRule } from './usage-chunk.ts'
import { type AnswerFacts, hasBegun, isWhole, type StreamWatch } from './watch.ts'

export interface StreamRelay {
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  watch: StreamWatch
  usageChunk: UsageChunkRule
  caller: Caller
  provider: string
  /** Secrets that the provider was sent, and that must not reach the caller in an error. */
  secrets: readonly string[]
  nowMs(): number
  /** An error came before any token. Throws to keep it from the caller; otherwise the error is passed on as it came. */
  onEarlyError(error: ChunkError): void
  /** The answer has begun, with its first token or with the start of a part. Called again for later reads. */
  onBegun(): void
  /** The end of the answer was read. Called again for later reads. */
  onDone(): void
  /** How long the gateway's own work held up a read. */
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
        // Also when the caller has left, because the provider bills these tokens.
        if (goesAhead && !relay.watch.seeToken(bytes, atMs)) lookBehind(relay, splitter.push(bytes), atMs)
      }
      if (reading) await reading
      // A read that takes so long has thousands of comments: other calls get their turn before the next read.
      else if (relay.nowMs() - atMs > turnMs) await setImmediate()
      if (facts.isMalformed) throw toMalformed(relay.provider)
    }
  } catch (error) {
    // After a whole answer only its closing went wrong. Not so when a guardrail stopped one of several choices.
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
 * Can these bytes be passed on before they are watched? Only whole frames of an answer that has begun, none of which
 * would be changed or left out. Never the end of the answer: behind a broken event in the same read, it would make the
 * answer a success.
 */
function passesUnseen({ watch, usageChunk, secrets }: StreamRelay, bytes: Uint8Array): boolean {
  const isWholeFrames = bytes.at(-1) === LF && bytes.at(-2) === LF
  const { firstTokenAtMs, isFalseEnd } = watch.facts
  if (!isWholeFrames || firstTokenAtMs === null || isFalseEnd || watch.mayEnd(bytes)) return false
  return usageChunk.passesUnseen(bytes) && !hasSecret(bytes, secrets)
}

/** Watches frames that have been passed on already; the end of the answer is not among them. */
function lookBehind({ watch }: StreamRelay, frames: Uint8Array[], atMs: number) {
  for (const frame of frames) watch.see(frame, atMs)
}

function pass(relay: StreamRelay, frames: Uint8Array[], atMs: number): Uint8Array[] {
  const { facts } = relay.watch
  const passed: Uint8Array[] = []
  for (const frame of frames.flatMap(withoutForeignLineFeed)) {
    const kind = relay.watch.see(frame, atMs)
    // Neither this event nor what follows is passed on: the answer would have a gap.
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
 * When a CRLF is cut between two reads, its line feed comes with the next frame, but belongs to the one before, and
 * only one of them might be passed on. No frame begins with a line feed otherwise.
 */
function withoutForeignLineFeed(frame: Uint8Array): Uint8Array[] {
  return frame[0] === LF && frame.length > 1 ? [frame.subarray(0, 1), frame.subarray(1)] : [frame]
}

/** The rest of a stream that ended without a blank line: completed when it is a whole event, otherwise left out. */
function toLastFrames(rest: Uint8Array): Uint8Array[] {
  if (rest[0] === LF) return [rest.subarray(0, 1), ...toLastFrames(rest.subarray(1))]
  const { data, unknown } = readFrame(rest)
  // One of too many values is left to the watch, which refuses it without parsing it.
  if (unknown.length === 0 && findEventExcess(rest) === null && !isWholeData(data)) return []
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

/** True when no event stream begins like this: neither with a field's name nor with a comment. */
function isText(rest: Uint8Array): boolean {
  return /^\s*(?!(data|event|id|retry)?:)\S/.test(Buffer.from(rest).toString('latin1', 0, 64))
}

function toReason(facts: AnswerFacts, rest: Uint8Array, provider: string): GatewayError {
  if (facts.error) return toToldFailure(provider, facts.error)
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
    `${provider} sent an event that cannot be read in the middle of its answer: it is not JSON, too large, or of a choice that nobody asked for. What arrived is incomplete: ask again.`,
  )
}

function toGatewayError(error: unknown, provider: string): unknown {
  if (!(error instanceof FrameTooLarge)) return error
  return new GatewayError('bad_response', `${provider} sent an event without end. ${error.message}`)
}

const LF = 10
