/**
 * How often each model answered. Races without a winner are in it: where every lane failed nobody won, and leaving
 * these out would hide the worst hours.
 */
import type { Reliability } from '@drag-race/contracts'
import type { LaneRow } from './judge-race.ts'
import { wilson } from './wilson.ts'

export interface ReliabilityBook {
  add(lanes: readonly LaneRow[]): void
  /** For a model without calls 0 to 1: nothing is known. */
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
