/**
 * Reads chunks into the lane's events: the first token, the text with its stamp, and what comes at the end (finish
 * reason, usage, the gateway's report). A body that did not stream is one chunk.
 */
import { GatewayReport, hasToken, type LaneEntry, readChunk, roundMs, type Usage } from '@drag-race/contracts'
import type { RaceClock } from '../race-clock.ts'
import { createTokenCount } from './count-tokens.ts'
import type { LaneEvent } from './messages.ts'
import { toStreamFault } from './to-lane-fault.ts'

export interface AnswerReader {
  start(startAt: number): void
  /** True when the chunk held a token of any kind. Throws a LaneFault for an error that came as a chunk. */
  read(chunk: unknown, stampNs: bigint): boolean
  /** Since the lane's start, rounded as stamps on the tape are, so that no fold differs by 0.01 ms. */
  elapsedMs(at: number): number
  readonly chunks: number
  /** A token of any kind has come. */
  readonly hasToken: boolean
  /** When the first chunk with `choices` came, and the last of any kind: where other tools start and stop. */
  readonly firstChoicesMs: number | null
  readonly lastChunkMs: number | null
  readonly finishReason: string | null
  /** The last one that is not null, never a sum. */
  readonly usage: Usage | null
  readonly report: GatewayReport | null
  readonly completionId: string | null
  /** By our tokenizer, of all kinds; the text of each kind is counted as a whole. */
  readonly outputTokens: number
  readonly reasoningTokens: number
}

export function createAnswerReader(
  { lane, stream }: LaneEntry,
  clock: RaceClock,
  emit: (event: LaneEvent) => void,
): AnswerReader {
  let startAt = 0
  const elapsedMs = (at: number) => roundMs(at - startAt)

  const counts = {
    answer: createTokenCount(),
    reasoning: createTokenCount(),
    'tool-call': createTokenCount(),
  }

  function emitToken(kind: keyof typeof counts, content: string, at: number) {
    const tokens = counts[kind].add(content)
    emit({ type: 'token', at, lane, content, kind, ...(tokens === 1 ? {} : { tokens }) })
  }

  const reader = {
    start(at: number) {
      startAt = at
    },
    elapsedMs,
    chunks: 0,
    hasToken: false,
    firstChoicesMs: null as number | null,
    lastChunkMs: null as number | null,
    finishReason: null as string | null,
    usage: null as Usage | null,
    report: null as GatewayReport | null,
    completionId: null as string | null,
    get outputTokens() {
      return counts.answer.tokens + counts.reasoning.tokens + counts['tool-call'].tokens
    },
    get reasoningTokens() {
      return counts.reasoning.tokens
    },
    read(chunk: unknown, stampNs: bigint): boolean {
      const at = clock.at(stampNs)
      const facts = readChunk(chunk, !stream)
      reader.chunks++
      reader.lastChunkMs = elapsedMs(at)
      if (facts.choices.length > 0) reader.firstChoicesMs ??= reader.lastChunkMs
      reader.completionId ??= facts.id
      reader.usage = facts.usage ?? reader.usage
      reader.report = readReport(chunk) ?? reader.report
      reader.finishReason = facts.finishReason ?? reader.finishReason
      const isToken = hasToken(facts)
      if (isToken && stream && !reader.hasToken) emit({ type: 'ttft', at, lane, ms: elapsedMs(at) })
      reader.hasToken ||= isToken
      if (facts.reasoning !== '') emitToken('reasoning', facts.reasoning, at)
      if (facts.answer !== '') emitToken('answer', facts.answer, at)
      // A tool call's id can come without text: that is an arrival too.
      if (facts.hasToolCall) emitToken('tool-call', facts.toolCall, at)
      if (facts.error) throw toStreamFault(facts.error)
      return isToken
    },
  }
  return reader
}

/** null when the chunk has no report, or none that is valid on a tape. */
export function readReport(chunk: unknown): GatewayReport | null {
  if (typeof chunk !== 'object' || chunk === null || !('gateway' in chunk)) return null
  const report = GatewayReport.safeParse(chunk.gateway)
  return report.success ? report.data : null
}
