/**
 * How often each model answered. Not a fold over the races that have a winner: one in which every lane failed has none,
 * and would hide the worst hours.
 */
import type { Reliability } from '@drag-race/contracts'
import type { LaneRow } from './judge-race.ts'
import { wilson } from './wilson.ts'

export interface ReliabilityBook {
  add(lanes: readonly LaneRow[]): void
  /** Of a model without calls: nothing is known, 0 to 1. */
  of(model: string): Reliability
}

export function createReliabilityBook(): ReliabilityBook {
  const counts = new Map<string, { answered: number; calls: number }>()
  return {
    add(lanes) {
      for (const { model, outcome } of lanes) {
        if (outcome !== 'done' && outcome !== 'failed') continue
        const { answered, calls } = counts.get(model) ?? { answered: 0, calls: 0 }
        counts.set(model, { answered: answered + (outcome === 'done' ? 1 : 0), calls: calls + 1 })
      }
    },
    of(model) {
      const { answered, calls } = counts.get(model) ?? { answered: 0, calls: 0 }
      return { answered, calls, ...wilson(answered, calls) }
    },
  }
}
