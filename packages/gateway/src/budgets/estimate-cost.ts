/**
 * What a call may cost, before it has cost anything: its estimated tokens at the price of the dearest target that it may go
 * to.
 */
import type { TokenEstimate } from '../admission/token-estimate.ts'
import type { CostTable } from '../ledger/cost.ts'
import { toPico } from '../ledger/money.ts'
import type { Target } from '../upstream/target.ts'

export interface PlannedCost {
  pico: number
  target: Target
}

/** null when no target has a known price. */
export type EstimateCost = (estimate: TokenEstimate, targets: readonly Target[]) => PlannedCost | null

export function createEstimateCost(cost: CostTable): EstimateCost {
  return ({ inputTokens, outputTokens }, targets) => {
    const parts = { reasoningTokens: null, cachedTokens: null, source: 'tokenizer' } as const
    const usage = { inputTokens, outputTokens, ...parts }
    let dearest: PlannedCost | null = null
    for (const target of targets) {
      const usd = cost(usage, target, null)
      if (usd === null) continue
      const pico = toPico(usd)
      if (dearest === null || pico > dearest.pico) dearest = { pico, target }
    }
    return dearest
  }
}
