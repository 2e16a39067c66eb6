/** A lane's `done`, from what was read: its time, its tokens, its price. */
import type { GatewayReport, LaneEntry, LaneRequest, Usage } from '@drag-race/contracts'
import type { RaceClock } from '../race-clock.ts'
import type { AnswerReader } from './answer-reader.ts'
import { toMessages } from './chat-request.ts'
import type { Connection } from './connection.ts'
import { countTokens } from './count-tokens.ts'
import type { Exchange } from './exchange.ts'
import type { LaneEvent, LanesOrder } from './messages.ts'
import { priceUsd } from './price.ts'
import { toArrival } from './to-arrival.ts'

export function toDone(
  entry: LaneEntry,
  call: {
    order: LanesOrder
    request: LaneRequest
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
  const usage = reader.usage ?? estimateUsage(call.order, call.request, reader)
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
function estimateUsage(order: LanesOrder, request: LaneRequest, reader: AnswerReader): Usage {
  const messages = toMessages(order.request, request)
  return {
    inputTokens: messages.reduce((sum, { content }) => sum + countTokens(content), 0),
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
