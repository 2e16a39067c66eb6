/** `GET /admin/budgets`: every owner who has used a budget, and what is left of it. */
import { toUsd } from '../ledger/money.ts'
import { checkNames, readOffset } from '../read-query.ts'
import type { BudgetState } from './budgets.ts'

/** The most rows of an answer. Owners who have used the largest share of their budgets come first. */
const rowsMax = 1_000

/** Throws `invalid_request`. */
export function toBudgetsList(
  states: readonly BudgetState[],
  problem: string | null,
  search: URLSearchParams,
) {
  checkNames(search, ['offset'])
  const offset = readOffset(search)
  const end = offset + rowsMax
  return {
    object: 'list',
    offset,
    data: states.slice(offset, end).map(toRow),
    /** More rows follow: the next `offset` is `end`. */
    isCut: states.length > end,
    /** Why calls under a hard budget are refused just now, though it is not used up; else null. */
    problem,
  }
}

function toRow({ rule, counter }: BudgetState) {
  const { spent, reserved, startsAtMs, endsAtMs, subject } = counter
  const values = JSON.parse(subject) as string[]
  const left = rule.pico - spent - reserved
  return {
    budget: rule.name,
    owner: Object.fromEntries(rule.count.per.map((part, index) => [part, values[index] ?? null])),
    period: rule.count.period,
    mode: rule.mode,
    startsAt: new Date(startsAtMs).toISOString(),
    endsAt: endsAtMs === null ? null : new Date(endsAtMs).toISOString(),
    usd: toUsd(rule.pico),
    spentUsd: toUsd(spent),
    reservedUsd: toUsd(reserved),
    leftUsd: toUsd(left > 0n ? left : 0n),
  }
}
