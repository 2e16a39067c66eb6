/**
 * What a call may cost, before it is sent: its estimated tokens at the price of the dearest target that it may go to.
 * The price of a token is looked up once an hour for each target, because a look-up in the price table takes 50 µs.
 */
import type { TokenEstimate } from '../admission/token-estimate.ts'
import type { Clock } from '../clock.ts'
import type { CostTable } from '../ledger/cost.ts'
import { toPico } from '../ledger/money.ts'
import type { Target } from '../upstream/target.ts'

export interface PlannedCost {
  pico: number
  target: Target
}

/** null when no target has a known price. */
export type EstimateCost = (estimate: TokenEstimate, targets: readonly Target[]) => PlannedCost | null

interface Rates {
  target: Target
  untilMs: number
  perInput: number
  perOutput: number
}

const keptMs = 3_600_000
/** More targets than a large config has. */
const keptMax = 1_000
/** Prices can rise with the length of a prompt. A call with such a long one can wait for an exact look-up. */
const longPromptTokens = 100_000

export function createEstimateCost(cost: CostTable, clock: Pick<Clock, 'monotonicMs'>): EstimateCost {
  const kept = new Map<string, Rates>()

  const lookUp = (target: Target, inputTokens: number, outputTokens: number): number | null =>
    cost(
      { inputTokens, outputTokens, reasoningTokens: null, cachedTokens: null, source: 'tokenizer' },
      target,
      null,
    )
  const toRates = (target: Target, nowMs: number): Rates | null => {
    const known = kept.get(target.name)
    if (known && known.untilMs > nowMs && isSameModel(known.target, target)) return known
    const [input, output] = [lookUp(target, 1_000, 0), lookUp(target, 0, 1_000)]
    if (input === null || output === null) return null
    if (kept.size >= keptMax) kept.clear()
    const rates = { target, untilMs: nowMs + keptMs, perInput: input / 1_000, perOutput: output / 1_000 }
    kept.set(target.name, rates)
    return rates
  }
  const toUsd = (target: Target, { inputTokens, outputTokens }: TokenEstimate, nowMs: number) => {
    if (inputTokens > longPromptTokens) return lookUp(target, inputTokens, outputTokens)
    const rates = toRates(target, nowMs)
    return rates && inputTokens * rates.perInput + outputTokens * rates.perOutput
  }

  return (estimate, targets) => {
    const nowMs = clock.monotonicMs()
    let dearest: PlannedCost | null = null
    for (const target of targets) {
      const usd = toUsd(target, estimate, nowMs)
      if (usd === null) continue
      const pico = toPico(usd)
      if (dearest === null || pico > dearest.pico) dearest = { pico, target }
    }
    return dearest
  }
}

/** After a change of the config, the same name can mean another model, at another provider. */
function isSameModel(a: Target, b: Target): boolean {
  return (
    a.price === b.price &&
    a.upstreamModel === b.upstreamModel &&
    a.provider === b.provider &&
    a.origin === b.origin
  )
}
