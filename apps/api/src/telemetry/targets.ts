/**
 * What the gateway's routing did, one row for each target of its config: the state of the target's circuit breaker, and
 * how often a call was repeated there or went on to another target.
 */
import { breakerStates, type GatewayTarget } from '@drag-race/contracts'
import { compareTexts } from '../compare-texts.ts'
import type { Dialect } from './dialects.ts'
import type { Sample } from './parse-prometheus.ts'

/** Open breakers first, then half-open ones, then by name; null when the gateway does not report targets. */
export function toTargets(samples: readonly Sample[], metrics: Dialect['targets']): GatewayTarget[] | null {
  if (metrics === null) return null
  const targets = new Map<string, GatewayTarget>()
  const rowOf = ({ labels }: Sample, label: string): GatewayTarget => {
    const target = labels.get(label) ?? 'unknown'
    const row = targets.get(target) ?? { target, breaker: null, retries: 0, fallbacks: 0 }
    targets.set(target, row)
    return row
  }
  for (const sample of samples) {
    if (!Number.isFinite(sample.value)) continue
    if (sample.name === metrics.breaker) rowOf(sample, 'target').breaker = breakerStates[sample.value] ?? null
    if (sample.name === metrics.retries) rowOf(sample, 'target').retries += sample.value
    if (sample.name === metrics.fallbacks) rowOf(sample, 'from').fallbacks += sample.value
  }
  return [...targets.values()].sort((a, b) => urgency(b) - urgency(a) || compareTexts(a.target, b.target))
}

function urgency({ breaker }: GatewayTarget): number {
  return breaker === null ? 0 : breakerStates.indexOf(breaker)
}
