/** An attempt as it is in the record and in the report, and the usage and cost of all attempts of a call together. */
import type { GatewayAttempt, Usage } from '@drag-race/contracts'
import type { Call } from '../call.ts'
import { endpoints } from '../endpoints.ts'
import { roundMs } from '../round-ms.ts'
import { toAttemptUsage } from './attempt-usage.ts'
import type { CostTable } from './cost.ts'
import { toPico, toUsd } from './money.ts'

/** The report's attempt, and what only the record has. */
export interface AttemptRecord extends GatewayAttempt {
  /** The model's name in the config. */
  target: string
  /** The provider's own count, or an estimate that is marked as one; null when nothing is known. */
  usage: Usage | null
  /** null when the price is unknown, or nothing was counted. */
  costUsd: number | null
  /** The provider's name for the model that really answered; else that of the model that was asked. */
  responseModel: string
}

export function toAttemptRecords(call: Call, cost: CostTable, nowMs: number): AttemptRecord[] {
  const { attempts, endpoint } = call
  const { isFree } = endpoints[endpoint]
  return attempts.map((attempt) => {
    const { target, facts } = attempt
    // A report is made while the attempt still runs, when its answer is there.
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

/** The part of the record that belongs to the report's contract. */
export function toGatewayAttempt({ responseModel: _, ...attempt }: AttemptRecord): GatewayAttempt {
  return attempt
}

/** False when the target's dialect had no place for a part of the request, so that nothing was sent. */
export function wasSent({ outcome }: Pick<AttemptRecord, 'outcome'>): boolean {
  return outcome !== 'not_carried'
}

/** An attempt with a usage has to be paid for; a refusal, and an attempt that was never sent, have none. */
export function isUnpriced({ costUsd, usage }: Pick<AttemptRecord, 'costUsd' | 'usage'>): boolean {
  return costUsd === null && usage !== null
}

/** null when the usage of no attempt is known. If one is an estimate, the sum is an estimate. */
export function sumUsage(attempts: readonly Pick<AttemptRecord, 'usage'>[]): Usage | null {
  let sum: Usage | null = null
  for (const { usage } of attempts) if (usage) sum = sum ? add(sum, usage) : usage
  return sum
}

/** null when no attempt has a known cost: unknown is never 0. */
export function sumCost(attempts: readonly Pick<AttemptRecord, 'costUsd'>[]): number | null {
  // Nearly always there is one attempt, and nothing to add up.
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
