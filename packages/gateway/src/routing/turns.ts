/**
 * Whose turn it is where targets are called in turn. A virtual model whose targets have not changed keeps its turn
 * after a reload; one whose targets have changed begins anew.
 */
import type { VirtualModelConfig } from '../config/virtual-models.ts'

export interface Turns {
  /** The turn of this call, from 0; the next call has the next turn. */
  take(config: Pick<VirtualModelConfig, 'name' | 'strategy'>): number
  /** Forgets the turns of all virtual models but these. */
  use(configs: readonly Pick<VirtualModelConfig, 'name' | 'strategy'>[]): void
}

export function createTurns(): Turns {
  /** At most as many entries as the config has virtual models. */
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
  return JSON.stringify([name, strategy.targets.map(({ model }) => model)])
}
