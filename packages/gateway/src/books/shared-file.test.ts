/** A file that another gateway has open. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { useBooks } from '../testing/books.ts'
import type { Spending } from '../testing/spending.ts'

const { path, start } = useBooks(beforeEach, afterEach)

test('two gateways do not share a file: the second serves calls, and logs why it books nothing', async () => {
  await start()
  const second = await start()
  expect((await second.spend('a')).status).toBe(200)
  expect(second.gateway.logs.map(({ reason }) => reason)).toContain(
    `another program has ${path()} open: each gateway needs a file of its own`,
  )
})

test('a second gateway with a hard budget is not ready until the first has released the file', async () => {
  const budgets = [{ per: 'caller', usd: 1, period: 'total' }]
  const readReady = async ({ gateway }: Spending) => {
    const response = await fetch(`${gateway.url}/ready`)
    return { status: response.status, ...((await response.json()) as object) }
  }
  const first = await start({ budgets })
  await first.spend('a')
  // Under a soft budget nobody has to know what was spent.
  const soft = await start({ budgets: budgets.map((budget) => ({ ...budget, mode: 'soft' })) })
  expect(await readReady(soft)).toMatchObject({ status: 200 })
  await soft.gateway.close()
  const second = await start({ budgets })
  const reasons = ['what was spent of the budget policies[0] cannot be read']
  expect(await readReady(second)).toEqual({ status: 503, ready: false, reasons })
  expect((await second.spend('b')).status).toBe(503)
  await first.gateway.close()
  await expect
    .poll(() => readReady(second), { timeout: 10_000 })
    .toEqual({ status: 200, ready: true, reasons: [] })
  expect((await second.spend('a')).status).toBe(402)
  expect((await second.spend('b')).status).toBe(200)
})
