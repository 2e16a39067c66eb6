/**
 * Whose turn it is where targets are called in turn. A new config changes no turn of a virtual model that it leaves as it
 * was; one whose targets have changed begins anew.
 */
import type { VirtualModelConfig } from '../config/virtual-models.ts'

export interface Turns {
  /** From 0; the next call has the next one. */
  take(config: Pick<VirtualModelConfig, 'name' | 'strategy'>): number
  /** These are left; all others are forgotten. */
  use(configs: readonly Pick<VirtualModelConfig, 'name' | 'strategy'>[]): void
}

export function createTurns(): Turns {
  /** As many entries as the config has virtual models. */
  let turns = new Map<string, number>()
  return {
    take(config) {
      const key = toKey(config)
      const turn = turns.get(key) ?? 0
      turns.set(key, turn + 1)
      return turn
    },
    use(configs) {
      const left = new Set(configs.map(toKey))
      turns = new Map([...turns].filter(([key]) => left.has(key)))
    },
  }
}

function toKey({ name, strategy }: Pick<VirtualModelConfig, 'name' | 'strategy'>): string {
  return JSON.stringify([name, strategy.kind, strategy.targets.map(({ model }) => model)])
}
