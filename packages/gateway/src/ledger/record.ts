/** The record of a call: made once, when the call is over, also when the caller left. Its readers do the rest. */
import type { GatewayReport, Usage } from '@drag-race/contracts'
import type { Identity } from '../admission/identity.ts'
import type { OpenHold } from '../books/outbox.ts'
import type { CacheOutcome } from '../cache/cache.ts'
import type { Call } from '../call.ts'
import { type EndpointFacts, endpoints } from '../endpoints.ts'
import { type CallerEnd, isCallerEnd } from '../errors.ts'
import type { GuardrailAct } from '../guardrails/guardrails.ts'
import { roundMs } from '../round-ms.ts'
import type { Tags } from '../tags.ts'
import {
  type AttemptRecord,
  sumCost,
  sumUsage,
  toAttemptRecords,
  toGatewayAttempt,
  wasSent,
} from './attempt-record.ts'
import type { CostTable } from './cost.ts'

/** `code` is one of a bounded set: it becomes a label of a metric. */
export type Outcome = { kind: 'ok' } | { kind: 'failed'; code: string; status: number } | { kind: CallerEnd }

export interface CallRecord {
  requestId: string
  /** By the wall clock. */
  arrivedAtMs: number
  /** null when the caller was refused before it was known. */
  identity: Identity | null
  /** Tags of the call and of its caller's key or token; those of key or token take precedence. */
  tags: Tags
  /** As the caller wrote it; null when the request was refused before it was read. */
  askedModel: string | null
  /** As the caller named it, a virtual model too; null when the call was refused before one was found. */
  requestModel: string | null
  /** The config's name of the model that answered, or was asked last; null when there was no attempt. */
  target: string | null
  provider: string | null
  /** The provider's name for the model that really answered; else that of the model that was asked. */
  responseModel: string | null
  operation: EndpointFacts['operation']
  isStream: boolean
  outcome: Outcome
  /** The status of the response; 499 when the caller had left, or read too slowly. */
  status: number
  attempts: AttemptRecord[]
  /**
   * The usage of all attempts together: the provider's own count, or an estimate (source `tokenizer`) where it gave
   * none; null when nothing is known.
   */
  usage: Usage | null
  /** 0 for an answer from the cache; null when the price is unknown. */
  costUsd: number | null
  /** null where there is no cache, or the call was refused before it. */
  cache: CacheOutcome | null
  /** The amount that the books hold for this call until they have its record; null when they hold none. */
  hold: OpenHold | null
  /** What guardrails did. */
  guardrails: readonly GuardrailAct[]
  ttftMs: number | null
  /** (last token − first token) / (tokens sent − 1); null without streaming, usage or a second token. */
  timePerOutputTokenMs: number | null
  durationMs: number
  /** null when nothing was sent to a provider. */
  overheadMs: { request: number; response: number } | null
}

export function toRecord(call: Call, outcome: Outcome, cost: CostTable, nowMs: number): CallRecord {
  const { route, target, facts } = call
  const attempts = toAttemptRecords(call, cost, nowMs)
  const hasGoneUp = attempts.some(wasSent)
  return {
    requestId: call.id,
    arrivedAtMs: call.arrivedAtDateMs,
    identity: call.identity,
    tags: call.tags,
    askedModel: call.asked?.model.slice(0, 200) ?? null,
    requestModel: route?.name ?? null,
    target: target?.name ?? null,
    provider: target?.provider ?? null,
    responseModel: hasGoneUp ? (facts.model ?? target?.upstreamModel ?? null) : null,
    operation: endpoints[call.endpoint].operation,
    isStream: call.asked?.isStream ?? false,
    outcome,
    status: isCallerEnd(outcome.kind) ? 499 : call.response.statusCode,
    attempts,
    usage: sumUsage(attempts),
    costUsd: toCost(call, attempts),
    cache: call.cache.outcome,
    hold: call.budget?.hold ?? null,
    guardrails: call.guardrails.acted,
    ttftMs: toTtft(call),
    timePerOutputTokenMs: toTimePerOutputToken(call),
    durationMs: roundMs(nowMs - call.arrivedAtMs),
    overheadMs: hasGoneUp ? call.ownMs : null,
  }
}

/** The report on the call for its caller; while the call still runs, as of now. */
export function toReport(call: Call, cost: CostTable, nowMs: number): GatewayReport {
  const { target, facts, ownMs } = call
  const atMs = facts.endedAtMs ?? nowMs
  const attempts = toAttemptRecords(call, cost, atMs)
  return {
    requestId: call.id,
    provider: target?.provider ?? '',
    model: facts.model ?? target?.upstreamModel ?? '',
    attempts: attempts.map(toGatewayAttempt),
    ttftMs: toTtft(call),
    durationMs: roundMs(atMs - call.arrivedAtMs),
    overheadMs: roundMs(ownMs.request + ownMs.response),
    costUsd: toCost(call, attempts),
    ...(call.cache.found && { isCached: true }),
  }
}

function toCost({ cache }: Call, attempts: readonly AttemptRecord[]): number | null {
  return cache.found ? 0 : sumCost(attempts)
}

/** null when nothing went wrong. The set of error types is bounded. */
export function toErrorType({ outcome }: CallRecord): string | null {
  switch (outcome.kind) {
    case 'ok':
      return null
    case 'failed':
      return outcome.code
    default:
      return outcome.kind
  }
}

function toTtft({ facts, arrivedAtMs, asked }: Call): number | null {
  return asked?.isStream && facts.firstTokenAtMs !== null ? roundMs(facts.firstTokenAtMs - arrivedAtMs) : null
}

function toTimePerOutputToken({ facts }: Call): number | null {
  const { firstTokenAtMs, lastTokenAtMs, usage } = facts
  if (firstTokenAtMs === null || lastTokenAtMs === null || !usage) return null
  // Hidden reasoning was generated before the first token; counted in, it would make the stream look faster.
  const hidden = facts.hasReasoning ? 0 : (usage.reasoningTokens ?? 0)
  const steps = usage.outputTokens - hidden - 1
  return steps > 0 && lastTokenAtMs > firstTokenAtMs ? (lastTokenAtMs - firstTokenAtMs) / steps : null
}
