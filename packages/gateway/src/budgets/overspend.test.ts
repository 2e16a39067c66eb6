/** Random calls at random times: no interleaving overspends a hard budget by more than one call's estimate. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { noBooks } from '../books/no-books.ts'
import { type Period, periods, startOf } from '../books/period.ts'
import type { Call } from '../call.ts'
import { toPico } from '../ledger/money.ts'
import type { CallRecord } from '../ledger/record.ts'
import type { Target } from '../upstream/target.ts'
import { type BudgetRule, toBudgetRules } from './budget-rule.ts'
import { createBudgets } from './budgets.ts'

const opens = fc.record({
  do: fc.constant('open' as const),
  caller: fc.constantFrom('a', 'b'),
  cents: fc.integer({ min: 10, max: 50 }),
})
/** A call costs what was reserved, or a share of it; `null` is an unknown cost. */
const ends = fc.record({
  do: fc.constant('end' as const),
  which: fc.nat(),
  share: fc.constantFrom(1, 1, 0.5, 0, null),
})
const waits = fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 50_000_000 }) })
const steps = fc.array(
  fc.oneof({ weight: 12, arbitrary: opens }, { weight: 8, arbitrary: ends }, { weight: 1, arbitrary: waits }),
  { minLength: 10, maxLength: 150 },
)

test('any interleaving of calls, over any number of periods', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...periods), steps, async (period, taken) => {
      const house = await open(period)
      for (const each of taken) {
        switch (each.do) {
          case 'wait':
            house.wait(each.ms)
            break
          case 'open':
            house.open(each.caller, each.cents)
            break
          case 'end':
            house.end(each.which, each.share)
        }
        house.check()
      }
      house.compare()
    }),
  )
})

const limitUsd = 1

/** The budgets, and the same sums as this test computes them. */
async function open(period: Period) {
  const rules = toBudgetRules([{ per: ['caller'], usd: limitUsd, period, mode: 'hard' }])
  const running: { call: Call; cents: number }[] = []
  /** Caller and period → what was spent, and the dearest estimate. */
  const sums = new Map<string, { cents: number; dearest: number }>()
  let nowMs = Date.parse('2026-03-29T22:00:00Z')
  let estimate = 0
  const budgets = createBudgets({
    books: noBooks,
    clock: { date: () => new Date(nowMs) },
    estimateCost: () => ({
      pico: toPico(estimate / 100),
      target: { name: 't', provider: 'custom' } as Target,
    }),
    metrics: { refused() {}, warned() {}, unpriced() {} },
  })
  budgets.use(rules)
  await budgets.prepare(rules)
  const keyOf = ({ identity, arrivedAtDateMs }: Call) => `${identity!.id} ${startOf(period, arrivedAtDateMs)}`
  const sumOf = (call: Call) => {
    const key = keyOf(call)
    const sum = sums.get(key) ?? { cents: 0, dearest: 0 }
    sums.set(key, sum)
    return sum
  }
  return {
    wait(ms: number) {
      nowMs += ms
    },
    open(caller: string, cents: number) {
      const call = toCall(caller, rules, nowMs)
      estimate = cents
      try {
        budgets.reserve(call)
      } catch (error) {
        return expect(error).toMatchObject({ code: 'budget_exceeded' })
      }
      running.push({ call, cents })
      const sum = sumOf(call)
      sum.dearest = Math.max(sum.dearest, cents)
    },
    end(which: number, share: number | null) {
      const [ended] = running.splice(which % Math.max(1, running.length), 1)
      if (!ended) return
      const cents = share === null ? null : Math.floor(ended.cents * share)
      const costUsd = cents === null ? null : cents / 100
      const record = { identity: ended.call.identity, costUsd, attempts: [] } as unknown as CallRecord
      budgets.settle(ended.call, record)
      sumOf(ended.call).cents += cents ?? 0
    },
    check() {
      for (const { cents, dearest } of sums.values())
        expect(cents).toBeLessThan(limitUsd * 100 + (dearest || 1))
    },
    /** The budgets have the sums of this test, to the last pico-dollar. */
    compare() {
      for (const { counter } of budgets.list()) {
        const [caller] = JSON.parse(counter.subject) as string[]
        const key = `${caller} ${counter.startsAtMs}`
        const reserved = running
          .filter(({ call }) => keyOf(call) === key)
          .reduce((sum, { cents }) => sum + cents, 0)
        expect(counter.spent).toBe(BigInt(sums.get(key)?.cents ?? 0) * 10_000_000_000n)
        expect(counter.reserved).toBe(BigInt(reserved) * 10_000_000_000n)
      }
    },
  }
}

function toCall(caller: string, budgets: readonly BudgetRule[], nowMs: number): Call {
  return {
    id: 'r',
    identity: { id: caller, tenant: null, budgets },
    tags: {},
    asked: { estimate: {} },
    route: { name: 'm', targets: [], contextLengthFallbacks: [] },
    arrivedAtDateMs: nowMs,
    budget: null,
  } as unknown as Call
}
