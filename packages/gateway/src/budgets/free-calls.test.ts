/** Calls that cost nothing pass every budget. */
import { expect, test } from 'vitest'
import { bearer } from '../testing/door.ts'
import { dollarCall } from '../testing/spending.ts'
import { json, startUpstream } from '../testing/upstream.ts'
import { useSpending } from '../testing/use-spending.ts'

const at = useSpending()

test('an answer from the cache costs nothing, and passes a budget that is used up', async () => {
  const budgets = [
    { per: 'caller', usd: 1, period: 'day' },
    { per: 'caller', usd: 1, period: 'day', mode: 'soft' },
  ]
  const { spend, admin, upstream, gateway } = await at.start(budgets, {
    policies: { cache: { mode: 'exact' } },
  })
  await spend('a')
  for (let call = 0; call < 2; call++) {
    const hit = await spend('a')
    expect([hit.status, hit.headers.get('x-gateway-cache')]).toEqual([200, 'hit'])
    expect(hit.headers.get('x-gateway-budget-warning')).toBeNull()
  }
  const refused = await spend('a', { temperature: 1 })
  expect([refused.status, refused.headers.get('x-gateway-cache')]).toEqual([402, null])
  expect(upstream.received).toHaveLength(1)
  expect(await gateway.sample('gateway_cache_total', 'outcome="miss"')).toBe(1)
  expect((await admin('/admin/budgets')).body).toMatchObject({
    data: [
      { spentUsd: 1, reservedUsd: 0 },
      { spentUsd: 1, reservedUsd: 0 },
    ],
  })
})

test('counting tokens is free, and passes a budget that is used up', async () => {
  const claude = await startUpstream(json({ input_tokens: 42 }))
  const params = { baseUrl: `${claude.url}/v1`, apiKey: 'key' }
  const models = [{ name: 'claude', provider: 'anthropic', params }]
  const { spend, gateway } = await at.start([{ per: 'caller', usd: 1, period: 'day' }], {
    virtual: { models, virtualModels: [] },
  })
  await spend('a')
  expect((await spend('a')).status).toBe(402)
  const counted = await fetch(`${gateway.url}/v1/messages/count_tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer('key-of-a').headers },
    body: JSON.stringify({ model: 'claude', messages: dollarCall.messages }),
  })
  expect([counted.status, await counted.json()]).toEqual([200, { input_tokens: 42 }])
  await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ outcome: 'ok', costUsd: 0 })
  expect(gateway.logs.at(-1)).not.toHaveProperty('isUsageEstimated')
  await claude.close()
})
