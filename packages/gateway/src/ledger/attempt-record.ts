/** An attempt as the record and the report tell it, and what all attempts of a call used together. */
import type { GatewayAttempt, Usage } from '@drag-race/contracts'
import type { Call } from '../call.ts'
import { endpoints } from '../endpoints.ts'
import { roundMs } from '../round-ms.ts'
import { toAttemptUsage } from './attempt-usage.ts'
import type { CostTable } from './cost.ts'
import { toPico, toUsd } from './money.ts'

/** The report's attempt, with the books' own columns. */
export interface AttemptRecord extends GatewayAttempt {
  /** The model's name in the config. */
  target: string
  /** The provider's own count, or marked as an estimate; null when nothing is known. */
  usage: Usage | null
  /** null when the price is unknown, or nothing was counted. */
  costUsd: number | null
  /** The model that really answered, as the provider names it; else the one that was asked. */
  responseModel: string
}

export function toAttemptRecords(call: Call, cost: CostTable, nowMs: number): AttemptRecord[] {
  const { attempts, endpoint } = call
  const { isFree } = endpoints[endpoint]
  return attempts.map((attempt) => {
    const { target, facts } = attempt
    // Who asks while it runs asks of an answer that is there.
    const usage = attempt.endedAtMs === null ? toAttemptUsage(call, facts) : attempt.usage
    return {
      target: target.name,
      provider: target.provider,
      model: target.upstreamModel,
      responseModel: facts.model ?? target.upstreamModel,
      outcome: attempt.outcome,
      status: attempt.status,
      waitMs: roundMs(attempt.waitMs),
      durationMs: roundMs((attempt.endedAtMs ?? nowMs) - attempt.startedAtMs),
      usage,
      costUsd: isFree ? 0 : usage && cost(usage, target, facts.model),
    }
  })
}

/** The part of it that the report's contract knows. */
export function toGatewayAttempt({ responseModel: _, ...attempt }: AttemptRecord): GatewayAttempt {
  return attempt
}

/** False where the target's dialect had no place for a part of the request: nothing went there. */
export function wasSent({ outcome }: Pick<AttemptRecord, 'outcome'>): boolean {
  return outcome !== 'not_carried'
}

/** What has a usage is to be paid for: a refusal, and what was never sent, have none. */
export function isUnpriced({ costUsd, usage }: Pick<AttemptRecord, 'costUsd' | 'usage'>): boolean {
  return costUsd === null && usage !== null
}

/** null when no attempt used anything that is known. An estimate among them makes the sum one. */
export function sumUsage(attempts: readonly Pick<AttemptRecord, 'usage'>[]): Usage | null {
  let sum: Usage | null = null
  for (const { usage } of attempts) if (usage) sum = sum ? add(sum, usage) : usage
  return sum
}

/** null when no attempt has a known cost: unknown is never 0. */
export function sumCost(attempts: readonly Pick<AttemptRecord, 'costUsd'>[]): number | null {
  // Of one, as nearly always, there is nothing to add up.
  if (attempts.length === 1) return attempts[0]!.costUsd
  const known = attempts.flatMap(({ costUsd }) => costUsd ?? [])
  return known.length === 0 ? null : toUsd(known.reduce((sum, costUsd) => sum + BigInt(toPico(costUsd)), 0n))
}

function add(a: Usage, b: Usage): Usage {
  const part = (x: number | null, y: number | null) => (x === null && y === null ? null : (x ?? 0) + (y ?? 0))
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: part(a.reasoningTokens, b.reasoningTokens),
    cachedTokens: part(a.cachedTokens, b.cachedTokens),
    cacheWriteTokens: part(a.cacheWriteTokens ?? null, b.cacheWriteTokens ?? null),
    source: a.source === 'usage' && b.source === 'usage' ? 'usage' : 'tokenizer',
  }
}
