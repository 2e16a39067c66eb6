/** A gateway with budgets for each test, at a time that the test sets; when it is closed, it has logged no error. */
import { afterEach, expect } from 'vitest'
import { type Spending, type SpendingOptions, startSpending } from './spending.ts'

export function useSpending() {
  let spending: Spending | undefined
  const at = {
    now: new Date(0),

    /** The time is half past ten in the evening (UTC) of 31 March. */
    async start(budgets: object[], options: SpendingOptions = {}): Promise<Spending> {
      at.now = new Date('2026-03-31T22:30:00Z')
      spending = await startSpending({ budgets, date: () => at.now, ...options })
      return spending
    },
  }
  afterEach(async () => {
    await spending?.close()
    // A call that cannot be settled shows only in the log.
    expect(spending?.gateway.logs.filter(({ level }) => level === 50)).toEqual([])
  })
  return at
}

export const perCaller = { per: 'caller', usd: 2, period: 'day' }
