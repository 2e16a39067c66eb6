/** Gateways with budgets, one a test, at an hour that the test sets. Each is closed after it, and none has logged an error. */
import { afterEach, expect } from 'vitest'
import { type Spending, type SpendingOptions, startSpending } from './spending.ts'

export function useSpending() {
  let spending: Spending | undefined
  const at = {
    now: new Date(0),

    /** It is half past ten on the last evening of March, in UTC. */
    async start(budgets: object[], options: SpendingOptions = {}): Promise<Spending> {
      at.now = new Date('2026-03-31T22:30:00Z')
      spending = await startSpending({ budgets, date: () => at.now, ...options })
      return spending
    },
  }
  afterEach(async () => {
    await spending?.close()
    // A call that cannot be settled is only logged.
    expect(spending?.gateway.logs.filter(({ level }) => level === 50)).toEqual([])
  })
  return at
}

export const perCaller = { per: 'caller', usd: 2, period: 'day' }
