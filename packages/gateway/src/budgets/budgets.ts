/**
 * Budgets: a call passes while something is left of all of them. What it may cost is reserved before it goes out and
 * settled to what it did cost, so that calls at the same time overspend by no more than the estimate of one.
 *
 * A call belongs to the period that it arrived in, whenever it ends. It is counted by what its record says, so that budgets
 * and books cannot disagree.
 */

import type { Books } from '../books/books.ts'
import type { Hold } from '../books/messages.ts'
import type { OpenHold } from '../books/outbox.ts'
import { type Count, toSubject, type Who } from '../books/spending.ts'
import type { Call } from '../call.ts'
import type { Clock } from '../clock.ts'
import { endpoints } from '../endpoints.ts'
import { isUnpriced } from '../ledger/attempt-record.ts'
import { toPico } from '../ledger/money.ts'
import type { CallRecord } from '../ledger/record.ts'
import { toBooksUnavailable, toBudgetExceeded, toWarning } from './budget-answer.ts'
import type { BudgetMetrics } from './budget-metrics.ts'
import type { BudgetRule } from './budget-rule.ts'
import { type Counter, type Counters, createCounters } from './counters.ts'
import type { EstimateCost, PlannedCost } from './estimate-cost.ts'

export interface Budgets {
  /** Reserves what the call may cost; throws `budget_exceeded`. */
  reserve(call: Call): void
  /** The call has gone out. Under a hard budget its books know of it from now on, should the process be killed. */
  hold(call: Call): void
  /** Nothing has gone out, and nothing will: the call holds nothing back from others until it is over. */
  giveBack(call: Call): void
  /** The call is over: its cost takes the place of what was reserved for it. */
  settle(call: Call, record: CallRecord): void
  /**
   * Resolves when what was spent under these is known: only then should calls come under them. Until `use` it changes nothing
   * for the rules that hold, and perhaps go on to. When it cannot be read, it resolves too, and calls under a hard one are
   * refused until it can.
   */
  prepare(rules: readonly BudgetRule[]): Promise<void>
  /** From now on these are the rules. */
  use(rules: readonly BudgetRule[]): void
  /** Every rule with everybody who has spent under it, those who used most of theirs first. */
  list(): BudgetState[]
  /** Why a hard budget cannot be kept just now; null when all can. */
  problem(): string | null
  close(): void
}

export interface BudgetState {
  rule: BudgetRule
  counter: Counter
}

/** What budgets hold for a call. */
export interface BudgetReservation {
  readonly headers: Readonly<Record<string, string>>
  readonly planned: PlannedCost | null
  readonly pico: bigint
  readonly held: readonly BudgetState[]
  /** Of these, each once: several rules may count at one. */
  readonly counters: readonly Counter[]
  /** Under a hard one, once the call has gone out. */
  hold: OpenHold | null
}

export interface BudgetsOptions {
  books: Pick<Books, 'watch' | 'hold'>
  estimateCost: EstimateCost
  clock: Pick<Clock, 'date'>
  metrics: BudgetMetrics
  /** Until what could not be read is asked for again. */
  retryMs?: number
}

export function createBudgets(options: BudgetsOptions): Budgets {
  const { books, estimateCost, clock, metrics, retryMs = 2_000 } = options
  const counters = createCounters()
  let rules: readonly BudgetRule[] = []
  /** What is counted now, for rules that are only prepared too; and of that what the books have told. */
  let counts: readonly Count[] = []
  let known: ReadonlySet<string> = new Set()
  let retry: NodeJS.Timeout | undefined
  let asked = 0

  const load = async (wanted: readonly Count[]): Promise<void> => {
    const number = ++asked
    clearTimeout(retry)
    const before = known
    try {
      const spent = await books.watch(wanted, () => {
        counts = wanted
        // What is no longer counted grows in the books alone: should it come back before they answer, they tell all of it.
        known = new Set(wanted.map(({ name }) => name).filter((name) => before.has(name)))
        counters.reset(wanted.filter(({ name }) => !before.has(name)))
      })
      // The answer to a later question holds all of it.
      if (number !== asked) return
      counters.load(
        wanted,
        spent.filter(({ count }) => !before.has(count)),
      )
      known = new Set(wanted.map(({ name }) => name))
    } catch {
      // What is counted in memory stays right; only what came before is missing.
      if (number === asked) retry = setTimeout(load, retryMs, wanted).unref()
    }
  }

  /** A call may come under a rule that was taken out while its body arrived: nobody asks the books for that one again. */
  const isInForce = ({ count }: BudgetRule) => rules.some((rule) => rule.count.name === count.name)

  return {
    reserve(call) {
      const held = toHeld(call, counters)
      if (held.length === 0) return
      const warned: BudgetState[] = []
      let isUnknown = false
      for (const each of held) {
        const { rule, counter } = each
        const isFull = counter.spent + counter.reserved >= rule.pico
        if (isFull && isHard(each)) {
          metrics.refused(rule.name)
          throw toBudgetExceeded(rule, counter, clock.date().getTime())
        }
        if (isFull) warned.push(each)
        if (isHard(each) && !known.has(rule.count.name) && isInForce(rule)) isUnknown = true
      }
      if (isUnknown) throw toBooksUnavailable()
      for (const { rule } of warned) metrics.warned(rule.name)
      const { targets, contextLengthFallbacks } = call.route!
      const planned = estimateCost(call.asked!.estimate, [...targets, ...contextLengthFallbacks])
      call.budget = toReservation(held, warned, planned)
      for (const counter of call.budget.counters) counter.reserved += call.budget.pico
    },
    hold(call) {
      const { budget } = call
      if (budget?.planned && budget.held.some(isHard)) budget.hold = books.hold(toHold(call, budget.planned))
    },
    giveBack(call) {
      const { budget } = call
      if (!budget) return
      for (const counter of budget.counters) counter.reserved -= budget.pico
      call.budget = { ...budget, pico: 0n }
    },
    settle(call, record) {
      const { budget } = call
      call.budget = null
      if (budget) {
        for (const counter of budget.counters) counter.reserved -= budget.pico
        if (record.attempts.some(isUnpriced)) for (const { rule } of budget.held) metrics.unpriced(rule.name)
      }
      // So it is of those who were refused before they were known.
      if (record.costUsd === null) return
      const pico = BigInt(toPico(record.costUsd))
      const who = toWho(call)
      for (const count of counts) {
        const counter = reserved(budget, count) ?? toCounter(count, who, call, counters)
        if (counter) counter.spent += pico
      }
    },
    prepare: (next) => load(toCounts([...rules, ...next])),
    use(next) {
      rules = next
      const wanted = toCounts(next)
      if (counts.some(({ name }) => wanted.every((count) => count.name !== name))) void load(wanted)
    },
    list() {
      const current = counters.list(clock.date().getTime())
      return rules
        .flatMap((rule) =>
          current.filter((counter) => isUnder(rule, counter)).map((counter) => ({ rule, counter })),
        )
        .sort((a, b) => shareOf(b) - shareOf(a))
    },
    problem() {
      const unknown = rules.find(({ mode, count }) => mode === 'hard' && !known.has(count.name))
      return unknown ? `what was spent of the budget ${unknown.name} cannot be read` : null
    },
    close: () => clearTimeout(retry),
  }
}

/** Each once: several rules may count alike. */
function toCounts(rules: readonly BudgetRule[]): Count[] {
  return [...new Map(rules.map(({ count }) => [count.name, count])).values()]
}

function toWho({ identity, tags }: Call): Who {
  return { caller: identity!.id, tenant: identity!.tenant, tags }
}

function toHeld(call: Call, counters: Counters): BudgetState[] {
  const held: BudgetState[] = []
  const who = toWho(call)
  for (const rule of call.identity!.budgets) {
    const counter = toCounter(rule.count, who, call, counters)
    if (counter) held.push({ rule, counter })
  }
  return held
}

function toCounter(count: Count, who: Who, { arrivedAtDateMs }: Call, counters: Counters): Counter | null {
  const subject = toSubject(count, who)
  return subject === null ? null : counters.find(count, subject, arrivedAtDateMs)
}

/** Found already, when the call was let in. */
function reserved(budget: BudgetReservation | null, { name }: Count): Counter | null {
  return budget?.counters.find(({ count }) => count.name === name) ?? null
}

function isHard({ rule }: BudgetState): boolean {
  return rule.mode === 'hard'
}

function toReservation(
  held: readonly BudgetState[],
  [warning]: readonly BudgetState[],
  planned: PlannedCost | null,
): BudgetReservation {
  const counters: Counter[] = []
  for (const { counter } of held) if (!counters.includes(counter)) counters.push(counter)
  return {
    headers: warning ? { 'x-gateway-budget-warning': toWarning(warning.rule, warning.counter) } : {},
    planned,
    pico: BigInt(planned?.pico ?? 0),
    held,
    counters,
    hold: null,
  }
}

function toHold(call: Call, { pico, target }: PlannedCost): Hold {
  const { id: requestId, arrivedAtDateMs: atMs, route, endpoint } = call
  return {
    ...toWho(call),
    requestId,
    atMs,
    model: route!.name,
    target: target.name,
    provider: target.provider,
    operation: endpoints[endpoint].operation,
    costPico: pico,
  }
}

function isUnder({ count, owner }: BudgetRule, counter: Counter): boolean {
  if (counter.count.name !== count.name) return false
  if (owner === null) return true
  const [caller = ''] = JSON.parse(counter.subject) as string[]
  return owner.endsWith(':') ? caller.startsWith(owner) : caller === owner
}

function shareOf({ rule, counter }: BudgetState): number {
  return Number(counter.spent) / Number(rule.pico)
}
