/** A virtual model of the file → as the gateway uses it: strategy as a tagged union, policies with their defaults. */
import { override, type Retry, retryDefault, type Timeouts, timeoutsDefault } from './policies.ts'
import type { VirtualModelEntry } from './virtual-model.ts'

export interface VirtualModelConfig {
  name: string
  aliases: readonly string[]
  description: string | null
  strategy: Strategy
  contextLengthFallbacks: string[]
  /** How long the whole call may take, all its attempts together. */
  totalMs: number
  /** Only the deadlines that it sets itself; they replace those of its targets. */
  timeouts: Partial<Timeouts>
  retry: Retry
}

/** Each target with what its strategy needs. */
export type Strategy =
  | { kind: 'roundRobin' | 'leastLatency' | 'cheapest'; targets: { model: string }[] }
  | { kind: 'weighted'; targets: { model: string; weight: number }[] }
  | { kind: 'priority'; targets: { model: string; priority: number }[] }
  | { kind: 'conditional'; targets: { model: string; when: string | null }[] }

interface Policies {
  timeouts?: VirtualModelEntry['timeouts']
  retry?: VirtualModelEntry['retry']
}

export function toVirtualModel(entry: VirtualModelEntry, policies: Policies): VirtualModelConfig {
  const timeouts = entry.timeouts ?? {}
  return {
    name: entry.name,
    aliases: entry.aliases,
    description: entry.description ?? null,
    strategy: toStrategy(entry.routing),
    contextLengthFallbacks: entry.contextLengthFallbacks,
    totalMs: override(override(timeoutsDefault, policies.timeouts), timeouts).totalMs,
    timeouts: override<Partial<Timeouts>>({}, timeouts),
    retry: override(override(retryDefault, policies.retry), entry.retry),
  }
}

/** `check-virtual-models.ts` has made sure that there is exactly one strategy. */
function toStrategy(routing: VirtualModelEntry['routing']): Strategy {
  if (routing.roundRobin) return { kind: 'roundRobin', targets: routing.roundRobin.targets }
  if (routing.weighted) return { kind: 'weighted', targets: routing.weighted.targets }
  if (routing.leastLatency) return { kind: 'leastLatency', targets: routing.leastLatency.targets }
  if (routing.priority) return { kind: 'priority', targets: routing.priority.targets }
  if (routing.cheapest) return { kind: 'cheapest', targets: routing.cheapest.targets }
  return {
    kind: 'conditional',
    targets: routing.conditional!.targets.map(({ model, when }) => ({ model, when: when ?? null })),
  }
}
