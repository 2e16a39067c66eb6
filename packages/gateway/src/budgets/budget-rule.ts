/** A budget of the config, in the form that calls are counted with. */
import { type Count, type Part, toCount } from '../books/spending.ts'
import type { AdmissionConfig } from '../config/admission.ts'
import type { Budget, OwnBudget } from '../config/budgets-schema.ts'
import { toPico } from '../ledger/money.ts'

export interface BudgetRule {
  /** `policies[0]`, `key:search-team` or `jwt`: unique. There are as many names as rules in the config. */
  readonly name: string
  readonly count: Count
  readonly pico: bigint
  readonly mode: 'soft' | 'hard'
  /** The only caller that the rule is for; with a colon at its end, callers whose ids begin so; null: all callers. */
  readonly owner: string | null
}

/** All rules of the config: of its policies, of its keys and of callers with a token. */
export function allBudgetRules({ budgets, apiKeys, jwt }: AdmissionConfig): BudgetRule[] {
  return [
    ...toBudgetRules(budgets),
    ...apiKeys.keys.flatMap(({ id, budget }) => toKeyBudget(id, budget)),
    ...toJwtBudget(jwt?.budget),
  ]
}

export function toBudgetRules(budgets: readonly Budget[]): BudgetRule[] {
  return budgets.map((budget, index) => toRule(`policies[${index}]`, [budget.per].flat(), budget, null))
}

export function toKeyBudget(id: string, budget: OwnBudget | undefined): BudgetRule[] {
  return budget ? [toRule(`key:${id}`, ['caller'], budget, id)] : []
}

/** One budget for each caller with a token. */
export function toJwtBudget(budget: OwnBudget | undefined): BudgetRule[] {
  return budget ? [toRule('jwt', ['caller'], budget, 'jwt:')] : []
}

function toRule(
  name: string,
  per: Part[],
  { usd, period, mode }: OwnBudget,
  owner: string | null,
): BudgetRule {
  return { name, count: toCount(per, period), pico: BigInt(toPico(usd)), mode, owner }
}
