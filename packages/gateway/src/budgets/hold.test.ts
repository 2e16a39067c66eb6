/** Which calls are held in the books while they run: those that a hard budget would lose if the process were killed. */
import { expect, test } from 'vitest'
import type { Hold } from '../books/messages.ts'
import type { Call } from '../call.ts'
import type { Target } from '../upstream/target.ts'
import { toBudgetRules } from './budget-rule.ts'
import { createBudgets } from './budgets.ts'

const target = { name: 't', provider: 'custom' } as Target
const per = { per: ['caller' as const], usd: 1, period: 'day' as const }

/** The holds that the books get for one call under budgets of these modes. */
async function heldUnder(modes: ('hard' | 'soft')[], pico: number | null): Promise<Hold[]> {
  const held: Hold[] = []
  const rules = toBudgetRules(modes.map((mode) => ({ ...per, mode })))
  const budgets = createBudgets({
    books: {
      watch: async (_counts, onAsked) => {
        onAsked(0)
        return []
      },
      hold(hold) {
        held.push(hold)
        return null
      },
    },
    clock: { date: () => new Date(0) },
    estimateCost: () => (pico === null ? null : { pico, target }),
    metrics: { refused() {}, warned() {}, unpriced() {} },
  })
  await budgets.prepare(rules)
  budgets.use(rules)
  const call = {
    ...{
      id: 'r',
      identity: { id: 'a', tenant: 'x', budgets: rules },
      tags: { agent: 'y' },
      arrivedAtDateMs: 7,
    },
    ...{ asked: { estimate: {} }, endpoint: 'embeddings', budget: null },
    route: { name: 'm', targets: [], contextLengthFallbacks: [] },
  } as unknown as Call
  budgets.reserve(call)
  budgets.hold(call)
  return held
}

test('under a hard budget the books hold what a call may cost, and whose it is', async () => {
  const hold = {
    ...{ requestId: 'r', atMs: 7, caller: 'a', tenant: 'x', tags: { agent: 'y' } },
    ...{ model: 'm', target: 't', provider: 'custom', operation: 'embeddings', costPico: 5 },
  }
  expect(await heldUnder(['hard'], 5)).toEqual([hold])
  expect(await heldUnder(['soft', 'hard'], 5)).toEqual([hold])
})

test('there is no hold under a soft budget, nor if the price is not known', async () => {
  expect(await heldUnder(['soft'], 5)).toEqual([])
  expect(await heldUnder(['hard'], null)).toEqual([])
})
