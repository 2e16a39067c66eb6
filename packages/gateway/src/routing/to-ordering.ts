/** What a strategy needs to know for a call: the turn, the loads, the prices, or which conditions hold. */
import type { Strategy, VirtualModelConfig } from '../config/virtual-models.ts'
import type { Target } from '../upstream/target.ts'
import { type Condition, compileExpression } from './expression.ts'
import type { Load, Ordering } from './order-targets.ts'
import type { RoutedCall, RouterParts } from './resolve.ts'

/** A target that can be called now, and its place in the strategy's list. */
export interface Reachable {
  target: Target
  index: number
}

export type ToOrdering = (
  config: VirtualModelConfig,
  reachable: readonly Reachable[],
  call: RoutedCall,
) => Ordering

export function createToOrdering(parts: RouterParts): ToOrdering {
  /** The conditions of each virtual model, compiled once; null for the last target, which has none and always holds. */
  const conditions = new Map<string, (Condition | null)[]>()

  const conditionsOf = (name: string, strategy: Strategy & { kind: 'conditional' }) => {
    const known = conditions.get(name)
    if (known) return known
    const compiled = strategy.targets.map(({ when }) => (when === null ? null : compileExpression(when)))
    conditions.set(name, compiled)
    return compiled
  }

  return (config, reachable, { isStream, context }) => {
    const { name, strategy } = config
    switch (strategy.kind) {
      case 'roundRobin':
        return { kind: 'roundRobin', turn: parts.turns.take(config) }
      case 'weighted':
        return { kind: 'weighted', weights: reachable.map(({ index }) => strategy.targets[index]!.weight) }
      case 'priority':
        return {
          kind: 'priority',
          priorities: reachable.map(({ index }) => strategy.targets[index]!.priority),
        }
      case 'leastLatency':
        return { kind: 'leastLatency', loads: reachable.map(({ target }) => toLoad(parts, target, isStream)) }
      case 'cheapest':
        return {
          kind: 'cheapest',
          costsUsd: reachable.map(({ target }) => parts.cost(usualCall, target, null)),
        }
      case 'conditional': {
        const compiled = conditionsOf(name, strategy)
        const known = context()
        return { kind: 'conditional', holds: reachable.map(({ index }) => compiled[index]?.(known) ?? true) }
      }
    }
  }
}

function toLoad({ states, clock }: RouterParts, target: Target, isStream: boolean): Load {
  const { firstToken, answer, pending } = states.of(target).latency
  const { routingMs, notedAtMs } = isStream ? firstToken : answer
  return { beginMs: routingMs, ageMs: clock.monotonicMs() - notedAtMs, pending }
}

/** The length of an answer is not known before: prices are compared for three input tokens to one output token. */
const usualCall = {
  inputTokens: 3_000,
  outputTokens: 1_000,
  reasoningTokens: null,
  cachedTokens: null,
  source: 'usage' as const,
}
