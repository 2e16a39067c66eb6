import { expect, test } from 'vitest'
import { bearer, keyOf } from '../testing/door.ts'
import { perCaller, useSpending } from '../testing/use-spending.ts'

const at = useSpending()

test('an admin sees the owner of each budget and what is left; the budget of a key has that key alone as its owner', async () => {
  const keys = [
    keyOf('a', { budget: { usd: 5, period: 'total' } }),
    keyOf('ab', { budget: { usd: 0.5, period: 'total' } }),
  ]
  const { spend, admin } = await at.start([], { keys })
  await spend('a')
  await spend('ab')
  const row = { period: 'total', mode: 'hard', startsAt: '1970-01-01T00:00:00.000Z', endsAt: null }
  expect((await admin('/admin/budgets')).body).toEqual({
    object: 'list',
    offset: 0,
    data: [
      {
        ...row,
        budget: 'key:ab',
        owner: { caller: 'ab' },
        usd: 0.5,
        spentUsd: 1,
        reservedUsd: 0,
        leftUsd: 0,
      },
      { ...row, budget: 'key:a', owner: { caller: 'a' }, usd: 5, spentUsd: 1, reservedUsd: 0, leftUsd: 4 },
    ],
    isCut: false,
    problem: null,
  })
})

test('of many owners, a page has a thousand and a metric two hundred: those who used the largest share first', async () => {
  const budgets = Array.from({ length: 10 }, (_, index) => ({ per: 'tag:t', usd: index + 2, period: 'day' }))
  const { spend, admin, gateway } = await at.start(budgets)
  type List = { data: { budget: string; owner: object }[]; isCut: boolean }
  const list = async (query = '') => (await admin(`/admin/budgets${query}`)).body as List
  const spendAs = (from: number, to: number) =>
    Promise.all(
      Array.from({ length: to - from }, (_, index) => spend('a', { metadata: { t: `${from + index}` } })),
    )
  await spendAs(0, 100)
  expect(await list()).toMatchObject({ data: { length: 1_000 }, isCut: false })
  await spendAs(100, 101)
  const first = await list()
  expect(first).toMatchObject({ data: { length: 1_000 }, offset: 0, isCut: true })
  const rest = await list('?offset=1000')
  expect(rest).toMatchObject({ data: { length: 10 }, offset: 1_000, isCut: false })
  const rows = [...first.data, ...rest.data].map(({ budget, owner }) => JSON.stringify([budget, owner]))
  expect(new Set(rows).size).toBe(1_010)
  expect(await list('?offset=9999')).toMatchObject({ data: [], isCut: false })
  const metrics = await (await fetch(gateway.metricsUrl)).text()
  expect(metrics.match(/^gateway_budget_spent_usd\{/gm)).toHaveLength(200)
})

test.each([
  ['?offset=-1', '`offset` is how many rows to skip'],
  ['?offset=1&offset=2', '`offset` can be given once.'],
  ['?by=caller', '`by` is not a parameter here: this query takes offset.'],
])('%s is no page of the budgets', async (query, words) => {
  const { admin } = await at.start([])
  expect(await admin(`/admin/budgets${query}`)).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_request', message: expect.stringContaining(words) } },
  })
})

test('only admins can see the budgets', async () => {
  const { gateway } = await at.start([perCaller])
  const response = await fetch(`${gateway.url}/admin/budgets`, bearer('key-of-a'))
  expect(response.status).toBe(403)
})
