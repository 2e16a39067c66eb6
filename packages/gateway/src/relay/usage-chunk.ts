/**
 * What becomes of the usage chunk: it is passed on, it is left out because the caller did not ask for it, or it carries
 * the gateway's report. All other frames are passed on as they are, except an error that carries the report instead.
 */
import { brokenOffReasons, type GatewayReport } from '@drag-race/contracts'
import { encodeEvent } from '@drag-race/wire'
import { asBuffer } from '../as-buffer.ts'
import { withReportInError, withReportInEvent } from './report.ts'
import type { AnswerFacts, FrameKind } from './watch.ts'

export interface UsageChunkRule {
  /** The frames to send now, in place of this one. */
  pass(frame: Uint8Array, kind: FrameKind): Uint8Array[]
  /** Would `pass` leave all of these frames as they are? They are whole and do not end the stream. */
  passesUnseen(bytes: Uint8Array): boolean
  /** The frames to send when the stream has ended, before a `[DONE]` of ours. */
  end(): Uint8Array[]
}

export const passUsage: UsageChunkRule = {
  pass: (frame) => [frame],
  passesUnseen: () => true,
  end: () => [],
}

export function createUsageDropper(): UsageChunkRule {
  let owesLineFeed = false
  return {
    pass(frame, kind) {
      // The second half of a CRLF, whose first half was dropped with the chunk.
      const isForeign = owesLineFeed && isLineFeed(frame)
      owesLineFeed = kind === 'usage' && frame.at(-1) === CR
      return kind === 'usage' || isForeign ? [] : [frame]
    },
    passesUnseen: (bytes) => !owesLineFeed && !mayTellUsage(bytes),
    end: () => [],
  }
}

/**
 * Holds a usage chunk until the next event shows whether it was the last, so that the report in it covers the whole
 * answer. Where the provider sent none, a chunk of the gateway's own carries the report. In a stream that fails, the
 * provider's error event carries it, because clients read no further.
 */
export function createReportCarrier(facts: AnswerFacts, report: () => GatewayReport): UsageChunkRule {
  let held: Uint8Array | null = null
  let isReported = false

  const release = (): Uint8Array[] => {
    const frames = held ? [held] : []
    held = null
    return frames
  }
  const releaseWithReport = (): Uint8Array[] => {
    if (isReported) return release()
    isReported = true
    const [usage] = release()
    return [usage ? withReportInEvent(usage, report()) : toReportChunk(facts, report())]
  }

  return {
    pass(frame, kind) {
      if (isTold(facts) && !isReported) {
        isReported = true
        return [...release(), withReportInError(frame, report)]
      }
      switch (kind) {
        case 'done':
          return [...releaseWithReport(), frame]
        case 'usage': {
          const before = release()
          held = frame
          return before
        }
        // Comments are sent ahead of the chunk that is held: a provider could send more than can be kept behind it.
        case 'comment':
          if (held?.at(-1) !== CR || !isLineFeed(frame)) return [frame]
          // But the second half of a CRLF belongs to the chunk.
          held = Buffer.concat([held, frame])
          return []
        case 'event':
          return [...release(), frame]
      }
    },
    passesUnseen: (bytes) => held === null && !mayTellUsage(bytes) && !mayTellError(bytes),
    end: releaseWithReport,
  }
}

function isTold({ error, isErrorHidden }: AnswerFacts): boolean {
  return error !== null && !isErrorHidden
}

/** An error has `error` in it, which is the first of these words, or is told by a finish reason. */
function mayTellError(bytes: Uint8Array): boolean {
  const buffer = asBuffer(bytes)
  return brokenOffReasons.some((word) => buffer.includes(word))
}

/** Some providers write `"usage":null` into each chunk. */
function mayTellUsage(bytes: Uint8Array): boolean {
  const buffer = asBuffer(bytes)
  for (let at = buffer.indexOf('"usage"'); at !== -1; at = buffer.indexOf('"usage"', at + 7)) {
    if (buffer.toString('latin1', at + 7, at + 12) !== ':null') return true
  }
  return false
}

function toReportChunk({ id, created, model, usageRaw }: AnswerFacts, gateway: GatewayReport): Uint8Array {
  const chunk = {
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    choices: [],
    usage: usageRaw ?? null,
    gateway,
  }
  return Buffer.from(encodeEvent({ data: JSON.stringify(chunk) }))
}

const isLineFeed = (frame: Uint8Array) => frame.length === 1 && frame[0] === LF

const LF = 10
const CR = 13
