/** Whose budget a call is on. */
import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { keyOf } from '../testing/door.ts'
import { useSpending } from '../testing/use-spending.ts'

const at = useSpending()

test('a key can have a budget of its own beside those of all callers', async () => {
  const { spend } = await at.start([{ per: 'caller', usd: 3, period: 'day' }], {
    keys: [keyOf('small', { budget: { usd: 1, period: 'month' } }), keyOf('a')],
  })
  expect([(await spend('small')).status, (await spend('small')).status]).toEqual([200, 402])
  expect([(await spend('a')).status, (await spend('a')).status]).toEqual([200, 200])
})

test('every caller with a token has the budget of `jwt`, and the tags of its token up to the limit of a call', async () => {
  const { spend, admin } = await at.start([{ per: 'tag:agent', usd: 2, period: 'total' }], {
    variables: { JWT_SECRET: 'a shared secret that is long enough for HS256' },
    policies: {
      jwt: {
        ...{ issuer: 'https://issuer', audience: 'gateway', secret: '$JWT_SECRET' },
        ...{ claims: { tags: 'tags' }, budget: { usd: 1, period: 'day' } },
      },
    },
  })
  const tags = { agent: 'of-the-token', long: 'x'.repeat(257), ...Object.fromEntries(numbered(20)) }
  const sign = (sub: string) =>
    new SignJWT({ sub, tags, iss: 'https://issuer', aud: 'gateway', exp: at.now.getTime() / 1000 + 60 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode('a shared secret that is long enough for HS256'))
  const [alice, bob, carol] = [await sign('alice'), await sign('bob'), await sign('carol')]
  const told: number[] = []
  for (const token of [alice, alice, bob]) told.push((await spend(token)).status)
  expect(told).toEqual([200, 402, 200])
  // A key is counted as the same kind of caller, but the budget of `jwt` is not its own.
  expect((await spend('a')).status).toBe(200)
  expect((await admin('/admin/budgets')).body).toMatchObject({
    data: [
      { budget: 'policies[0]', owner: { 'tag:agent': 'of-the-token' }, spentUsd: 2 },
      { budget: 'jwt', owner: { caller: 'jwt:alice' }, spentUsd: 1 },
      { budget: 'jwt', owner: { caller: 'jwt:bob' }, spentUsd: 1 },
    ],
  })
  // Nothing of carol's own budget is spent, but all of the one that her token shares with theirs.
  expect((await spend(carol)).status).toBe(402)
})

const numbered = (count: number) => Array.from({ length: count }, (_, index) => [`t${index}`, 'x'])

test('a tenant’s callers spend from one budget', async () => {
  const keys = [
    keyOf('a', { tenant: 't' }),
    keyOf('b', { tenant: 't' }),
    keyOf('c', { tenant: 'u' }),
    keyOf('d'),
  ]
  const { spend } = await at.start([{ per: 'tenant', usd: 1, period: 'week' }], { keys })
  const told: number[] = []
  for (const key of ['a', 'b', 'c', 'd', 'd']) told.push((await spend(key)).status)
  expect(told).toEqual([200, 402, 200, 200, 200])
})

test('tags from headers win over those from metadata, and those of the key over both', async () => {
  const keys = [keyOf('a'), keyOf('tagged', { tags: { agent: 'mine' } })]
  const { spend, admin } = await at.start([{ per: 'tag:agent', usd: 10, period: 'day' }], { keys })
  await spend('a', { metadata: { agent: 'body' } })
  await spend('a', { metadata: { agent: 'body' } }, { 'x-gateway-tag-agent': 'header' })
  await spend('tagged', { metadata: { agent: 'body' } }, { 'x-gateway-tag-agent': 'header' })
  await spend('a')
  const { body } = await admin('/admin/budgets')
  const { data } = body as { data: { owner: object; spentUsd: number }[] }
  expect(data.map(({ owner, spentUsd }) => [owner, spentUsd])).toEqual([
    [{ 'tag:agent': 'body' }, 1],
    [{ 'tag:agent': 'header' }, 1],
    [{ 'tag:agent': 'mine' }, 1],
  ])
})
