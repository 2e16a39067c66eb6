/**
 * Budgets: a call passes while something is left of all its budgets. Its possible cost is reserved before it is sent,
 * and replaced by its real cost when it has ended, so that concurrent calls overspend by no more than one estimate.
 *
 * A call belongs to the period in which it arrived, whenever it ends. Its cost is that of its record, so that budgets
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
import { type Counter, type Counters, createCounters, others } from './counters.ts'
import type { EstimateCost, PlannedCost } from './estimate-cost.ts'
import { createSpentBefore } from './spent-before.ts'

export interface Budgets {
  /** Reserves the possible cost of a call. Throws `budget_exceeded`, or `books_unavailable`. */
  reserve(call: Call): void
  /** The call was sent. Under a hard budget the books get a hold of it, in case the process is killed. */
  hold(call: Call): void
  /** The call was not sent and will not be: frees its reservation before it ends. */
  giveBack(call: Call): void
  /** The call has ended: its real cost replaces its reservation. */
  settle(call: Call, record: CallRecord): void
  /**
   * Resolves when it is known what was spent under these rules; only then should calls come under them. The rules in
   * force stay as they are until `use`, which may never come. If the books cannot be read, it resolves too, and calls
   * under a hard budget are refused until they can be.
   */
  prepare(rules: readonly BudgetRule[]): Promise<void>
  /** Puts these rules in force. */
  use(rules: readonly BudgetRule[]): void
  /** Every rule with each owner who has used it, those who have used the largest share first. */
  list(): BudgetState[]
  /** Why calls under a hard budget are refused just now though it is not used up; null when none are. */
  problem(): string | null
  close(): void
}

export interface BudgetState {
  rule: BudgetRule
  counter: Counter
}

/** What is reserved for a call, and where. */
export interface BudgetReservation {
  readonly headers: Readonly<Record<string, string>>
  readonly planned: PlannedCost | null
  readonly pico: bigint
  readonly held: readonly BudgetState[]
  /** The counters of `held`, each once: several rules can share one. */
  readonly counters: readonly Counter[]
  /** The books' hold of the call: under a hard budget, once the call was sent. */
  hold: OpenHold | null
}

export interface BudgetsOptions {
  books: Pick<Books, 'watch' | 'hold'>
  estimateCost: EstimateCost
  clock: Pick<Clock, 'date'>
  metrics: BudgetMetrics
  /** How long after a failure the books are asked again. */
  retryMs?: number
}

export function createBudgets(options: BudgetsOptions): Budgets {
  const { books, estimateCost, clock, metrics, retryMs = 2_000 } = options
  const counters = createCounters()
  let rules: readonly BudgetRule[] = []
  const before = createSpentBefore({ books, counters, retryMs })

  /** A rule can be removed while the body of a call arrives: the books are not asked for such a rule again. */
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
        if (!before.knows(counter) && isHard(each) && isInForce(rule)) isUnknown = true
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
      // A call that was refused at once ends before the turn in which it would have been held.
      call.budget = null
      if (budget) {
        for (const counter of budget.counters) counter.reserved -= budget.pico
        if (record.attempts.some(isUnpriced)) for (const { rule } of budget.held) metrics.unpriced(rule.name)
      }
      // So it is for calls that were refused before their caller was known: these have no identity.
      if (record.costUsd === null) return
      const pico = BigInt(toPico(record.costUsd))
      const who = toWho(call)
      for (const count of before.counts()) {
        const counter = toCounter(count, who, call, counters)
        if (counter) counter.spent += pico
      }
    },
    prepare: (next) => before.load(toCounts([...rules, ...next])),
    use(next) {
      rules = next
      const wanted = toCounts(next)
      const isDropped = ({ name }: Count) => wanted.every((count) => count.name !== name)
      if (before.counts().some(isDropped)) void before.load(wanted)
    },
    list() {
      const under = createUnder(counters.list(clock.date().getTime()))
      return rules
        .flatMap((rule) => under(rule).map((counter) => ({ rule, counter })))
        .sort((a, b) => shareOf(b) - shareOf(a))
    },
    problem() {
      const unknown = rules.find(({ mode, count }) => mode === 'hard' && !before.has(count.name))
      return unknown ? `what was spent of the budget ${unknown.name} cannot be read` : null
    },
    close: before.close,
  }
}

/** The counts of these rules, each once: several rules can share one. */
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

/** Gives the counters of a rule. Thousands of keys can each have a rule: none may look at all counters. */
function createUnder(current: readonly Counter[]): (rule: BudgetRule) => readonly Counter[] {
  const ofCount = Map.groupBy(current, ({ count }) => count.name)
  const ofSubject = Map.groupBy(current, ({ count, subject }) => `${count.name} ${subject}`)
  return ({ count: { name }, owner }) => {
    const counters = ofCount.get(name) ?? []
    if (owner === null) return counters
    const subject = JSON.stringify([owner])
    if (owner.endsWith(':')) {
      const beginning = subject.slice(0, -2)
      return counters.filter((each) => each.subject === others || each.subject.startsWith(beginning))
    }
    // A caller who came when the memory was full has no counter of its own.
    return ofSubject.get(`${name} ${subject}`) ?? ofSubject.get(`${name} ${others}`) ?? []
  }
}

function shareOf({ rule, counter }: BudgetState): number {
  return Number(counter.spent) / Number(rule.pico)
}
