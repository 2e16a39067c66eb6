/** A lane's `done`, from what was read: its time, its tokens, its price. */
import type { GatewayReport, LaneEntry, Usage } from '@drag-race/contracts'
import type { RaceClock } from '../race-clock.ts'
import type { AnswerReader } from './answer-reader.ts'
import type { Connection } from './connection.ts'
import type { Exchange } from './exchange.ts'
import type { LaneEvent } from './messages.ts'
import { priceUsd } from './price.ts'
import { toArrival } from './to-arrival.ts'

export function toDone(
  entry: LaneEntry,
  call: {
    /** Estimated, for a provider that sends no usage. */
    promptTokens: number
    reader: AnswerReader
    connection: Connection
    exchange: Exchange
  },
  clock: RaceClock,
): LaneEvent {
  const { reader, exchange } = call
  // `[DONE]` ends an answer, although the connection can stay open; without it, the end of the body does.
  const at = clock.at(exchange.isDone ? exchange.readingNs : exchange.endNs)
  const arrival = toArrival(call, clock)
  const usage = reader.usage ?? estimateUsage(call.promptTokens, reader)
  return {
    type: 'done',
    at,
    lane: entry.lane,
    totalMs: reader.elapsedMs(at),
    finishReason: reader.finishReason,
    usage,
    costUsd: costUsd(entry, usage, reader.report),
    gateway: reader.report,
    completionId: reader.completionId,
    ...(arrival ? { arrival } : {}),
  }
}

/**
 * For a provider that sends no usage. The output tokens are those of the tape, less one or two where later letters
 * joined tokens.
 */
function estimateUsage(inputTokens: number, reader: AnswerReader): Usage {
  return {
    inputTokens,
    outputTokens: reader.outputTokens,
    reasoningTokens: reader.reasoningTokens > 0 ? reader.reasoningTokens : null,
    cachedTokens: null,
    source: 'tokenizer',
  }
}

/** The gateway's own figure, null too, when it sends a report; the price table for other gateways. */
function costUsd(entry: LaneEntry, usage: Usage, report: GatewayReport | null): number | null {
  if (report) return report.costUsd
  return entry.simulated ? null : priceUsd(usage, entry.model, entry.provider)
}
