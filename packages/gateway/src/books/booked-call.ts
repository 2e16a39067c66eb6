/** A record as it is booked: money in pico-dollars, and what nobody knows the price of marked as such. */
import type { AttemptRecord } from '../ledger/attempt-record.ts'
import { toPico } from '../ledger/money.ts'
import type { CallRecord, Outcome } from '../ledger/record.ts'
import type { BookedAttempt, BookedCall } from './messages.ts'

export function toBookedCall(record: CallRecord): BookedCall {
  return {
    requestId: record.requestId,
    atMs: record.arrivedAtMs,
    // A caller that was refused before it was known spent nothing.
    caller: record.identity?.id ?? '',
    tenant: record.identity?.tenant ?? null,
    tags: record.tags,
    model: record.requestModel,
    operation: record.operation,
    outcome: toOutcomeText(record.outcome),
    status: record.status,
    isStream: record.isStream,
    durationMs: record.durationMs,
    attempts: record.attempts.map(toBookedAttempt),
    isHeld: record.hold?.isSent ?? false,
  }
}

function toOutcomeText(outcome: Outcome): string {
  return outcome.kind === 'failed' ? outcome.code : outcome.kind
}

function toBookedAttempt(attempt: AttemptRecord): BookedAttempt {
  const { target, provider, responseModel, outcome, status, usage, costUsd } = attempt
  return {
    target,
    provider,
    model: responseModel,
    outcome,
    status,
    inputTokens: usage?.inputTokens ?? null,
    outputTokens: usage?.outputTokens ?? null,
    reasoningTokens: usage?.reasoningTokens ?? null,
    cachedTokens: usage?.cachedTokens ?? null,
    cacheWriteTokens: usage?.cacheWriteTokens ?? null,
    costPico: costUsd === null ? null : toPico(costUsd),
    isUnpriced: isUnpriced(attempt),
    isEstimated: usage?.source === 'tokenizer',
  }
}

/** A refusal and an answer that never began cost nothing. A whole answer does, and so may one that the caller did not wait for. */
export function isUnpriced({ costUsd, usage, outcome }: AttemptRecord): boolean {
  return costUsd === null && (usage !== null || outcome === 'ok' || outcome === 'caller-gone')
}
