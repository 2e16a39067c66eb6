/** What remains of a call: one record, written once when it is over, also when the caller left. Its readers tell the rest. */
import type { GatewayAttempt, GatewayReport, Usage } from '@drag-race/contracts'
import { type Call, toGatewayAttempt, toMs } from '../call.ts'
import { type EndpointFacts, endpoints } from '../endpoints.ts'
import type { CostTable } from './cost.ts'

/** `code` is one of a bounded set: it becomes a label of a metric. */
export type Outcome =
  | { kind: 'ok' }
  | { kind: 'failed'; code: string; status: number }
  | { kind: 'caller-gone'; why: 'left' | 'too slow' }

export interface CallRecord {
  requestId: string
  /** The model's name in the config; null when the call was refused before one was found. */
  requestModel: string | null
  provider: string | null
  /** The model that really answered, as the provider names it; else the one that was asked. */
  responseModel: string | null
  operation: EndpointFacts['operation']
  isStream: boolean
  outcome: Outcome
  /** As answered; 499 when the caller had left. */
  status: number
  attempts: GatewayAttempt[]
  /** The provider's own count; null when it gave none. Nothing is estimated here. */
  usage: Usage | null
  costUsd: number | null
  ttftMs: number | null
  /** (last token − first token) / (tokens sent − 1); null without streaming, usage or a second token. */
  timePerOutputTokenMs: number | null
  durationMs: number
  /** null when nothing went upstream. */
  overheadMs: { request: number; response: number } | null
  malformedEvents: number
}

export function toRecord(call: Call, outcome: Outcome, cost: CostTable, nowMs: number): CallRecord {
  const { target, facts, attempts } = call
  const hasGoneUp = attempts.length > 0
  return {
    requestId: call.id,
    requestModel: target?.name ?? null,
    provider: target?.provider ?? null,
    responseModel: hasGoneUp ? (facts.model ?? target?.upstreamModel ?? null) : null,
    operation: endpoints[call.asked?.endpoint ?? 'chat/completions'].operation,
    isStream: call.asked?.isStream ?? false,
    outcome,
    status: outcome.kind === 'caller-gone' ? 499 : call.response.statusCode,
    attempts: attempts.map((attempt) => toGatewayAttempt(attempt, nowMs)),
    usage: facts.usage,
    costUsd: costOf(call, cost),
    ttftMs: toTtft(call),
    timePerOutputTokenMs: toTimePerOutputToken(call),
    durationMs: toMs(nowMs - call.arrivedAtMs),
    overheadMs: hasGoneUp ? call.ownMs : null,
    malformedEvents: facts.malformed,
  }
}

/** The call's account for its caller; while it still runs, as of now. */
export function toReport(call: Call, cost: CostTable, nowMs: number): GatewayReport {
  const { target, facts, attempts, ownMs } = call
  return {
    requestId: call.id,
    provider: target?.provider ?? '',
    model: facts.model ?? target?.upstreamModel ?? '',
    attempts: attempts.map((attempt) => toGatewayAttempt(attempt, nowMs)),
    ttftMs: toTtft(call),
    durationMs: toMs(nowMs - call.arrivedAtMs),
    overheadMs: toMs(ownMs.request + ownMs.response),
    costUsd: costOf(call, cost),
  }
}

function costOf({ target, facts }: Call, cost: CostTable): number | null {
  return target && facts.usage ? cost(facts.usage, target, facts.model) : null
}

function toTtft({ facts, arrivedAtMs, asked }: Call): number | null {
  return asked?.isStream && facts.firstTokenAtMs !== null ? toMs(facts.firstTokenAtMs - arrivedAtMs) : null
}

function toTimePerOutputToken({ facts, asked }: Call): number | null {
  const { firstTokenAtMs, lastTokenAtMs, usage } = facts
  if (!asked?.isStream || firstTokenAtMs === null || lastTokenAtMs === null || !usage) return null
  // Hidden reasoning was generated before the first token; counted in, it would make the stream look faster.
  const hidden = facts.hasReasoning ? 0 : (usage.reasoningTokens ?? 0)
  const steps = usage.outputTokens - hidden - 1
  return steps > 0 && lastTokenAtMs > firstTokenAtMs ? (lastTokenAtMs - firstTokenAtMs) / steps : null
}
