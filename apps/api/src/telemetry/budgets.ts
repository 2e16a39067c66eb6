/** What has been spent of the gateway's budgets: one row for each owner of a budget. */
import type { GatewayBudget } from '@drag-race/contracts'
import type { Dialect } from './dialects.ts'
import type { Sample } from './parse-prometheus.ts'

/** The most used first, as a share of the limit; null when the gateway does not report budgets. */
export function toBudgets(samples: readonly Sample[], metrics: Dialect['budgets']): GatewayBudget[] | null {
  if (metrics === null) return null
  const named = (name: string) =>
    samples.filter((sample) => sample.name === name && Number.isFinite(sample.value))
  const limits = new Map(named(metrics.limit).map(({ labels, value }) => [toKey(labels), value]))
  return named(metrics.spent)
    .map(({ labels, value }) => ({
      budget: labels.get('budget') ?? 'unknown',
      period: labels.get('period') ?? 'unknown',
      owner: labels.get('owner') ?? 'unknown',
      spentUsd: value,
      limitUsd: limits.get(toKey(labels)) ?? null,
    }))
    .sort((a, b) => share(b) - share(a))
}

/** No label holds a NUL. */
function toKey(labels: Sample['labels']): string {
  return `${labels.get('budget')}\u0000${labels.get('period')}`
}

/** A limit of 0 counts as used up. */
function share({ spentUsd, limitUsd }: GatewayBudget): number {
  if (limitUsd === null) return 0
  return limitUsd > 0 ? spentUsd / limitUsd : 1
}
