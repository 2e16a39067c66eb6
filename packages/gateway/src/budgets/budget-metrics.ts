/** The metrics of budgets. Their labels are names of rules, which the config bounds, and at most `ownersMax` owners. */
import { Counter, Gauge, type Registry } from 'prom-client'
import { toUsd } from '../ledger/money.ts'
import { toOwner } from './budget-answer.ts'
import type { BudgetState } from './budgets.ts'

export interface BudgetMetrics {
  refused(budget: string): void
  warned(budget: string): void
  /** A call cost something, but its price is not known. */
  unpriced(budget: string): void
}

/** Only the owners who have used the largest share of their budgets have a row. */
const ownersMax = 200

export function createBudgetMetrics(registry: Registry, list: () => BudgetState[]): BudgetMetrics {
  const registers = [registry]
  new Gauge({
    name: 'gateway_budget_spent_usd',
    help: `US dollars spent in the current period, for the ${ownersMax} owners who have used the largest share of their budgets.`,
    labelNames: ['budget', 'period', 'owner'],
    registers,
    collect() {
      this.reset()
      for (const { rule, counter } of list().slice(0, ownersMax)) {
        const labels = { budget: rule.name, period: rule.count.period, owner: toOwner(counter) }
        this.set(labels, toUsd(counter.spent))
      }
    },
  })
  new Gauge({
    name: 'gateway_budget_limit_usd',
    help: 'US dollars that each owner of a budget may spend in a period. A budget that nobody has used has no row.',
    labelNames: ['budget', 'period', 'mode'],
    registers,
    collect() {
      this.reset()
      for (const { rule } of list()) {
        this.set({ budget: rule.name, period: rule.count.period, mode: rule.mode }, toUsd(rule.pico))
      }
    },
  })
  const counter = (name: string, help: string) => {
    const each = new Counter({ name, help, labelNames: ['budget'], registers })
    return (budget: string) => each.inc({ budget })
  }
  return {
    refused: counter('gateway_budget_refused_total', 'Calls refused because a hard budget was used up.'),
    warned: counter('gateway_budget_warned_total', 'Calls that passed though a soft budget was used up.'),
    unpriced: counter(
      'gateway_budget_unpriced_total',
      'Calls under a budget whose price is not known: their cost is not in what was spent.',
    ),
  }
}
