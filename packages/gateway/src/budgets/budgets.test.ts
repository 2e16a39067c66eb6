import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { SignJWT } from 'jose'
import { afterEach, expect, test } from 'vitest'
import { role, token } from '../testing/chunks.ts'
import { bearer, keyOf } from '../testing/door.ts'
import type { ErrorBody } from '../testing/gateway.ts'
import { dollarCall, type Spending, type SpendingOptions, startSpending } from '../testing/spending.ts'
import { json, startUpstream } from '../testing/upstream.ts'

let spending: Spending
let now: Date
afterEach(async () => {
  await spending.close()
  // A call that cannot be settled is only logged.
  expect(spending.gateway.logs.filter(({ level }) => level === 50)).toEqual([])
})

async function start(budgets: object[], options: SpendingOptions = {}): Promise<Spending> {
  now = new Date('2026-03-31T22:30:00Z')
  spending = await startSpending({ budgets, date: () => now, ...options })
  return spending
}

const statuses = async (...calls: Promise<Response>[]) =>
  (await Promise.all(calls)).map(({ status }) => status)
const perCaller = { per: 'caller', usd: 2, period: 'day' }

test.each([
  ['streaming', { stream: true }],
  ['not streaming', {}],
])('a hard budget refuses what comes after it, in OpenAI’s form: %s', async (_form, form) => {
  const { spend, gateway, upstream, reload } = await start([perCaller])
  expect((await spend('a', form)).status).toBe(200)
  expect((await spend('a', form)).status).toBe(200)
  const refused = await spend('a', form)
  expect(refused.status).toBe(402)
  expect(await refused.json()).toEqual({
    error: {
      message:
        'The budget of caller a is used up: $2.00 a day, with $2.00 spent. It begins anew at 2026-04-01T00:00:00Z.',
      type: 'invalid_request_error',
      code: 'budget_exceeded',
      param: null,
    },
  })
  // An hour and a half is no wait for a client.
  expect([refused.headers.get('retry-after'), refused.headers.get('x-should-retry')]).toEqual([null, 'false'])
  expect(upstream.received).toHaveLength(2)
  expect((await spend('b', form)).status).toBe(200)
  const budget = 'budget="policies[0]"'
  expect(await gateway.sample('gateway_budget_refused_total', budget)).toBe(1)
  expect(await gateway.sample('gateway_refused_total', 'budget_exceeded')).toBe(1)
  expect(await gateway.sample('gateway_budget_spent_usd', budget, 'owner="caller a"')).toBe(2)
  expect(await gateway.sample('gateway_budget_limit_usd', budget, 'mode="hard"')).toBe(2)
  expect(await gateway.sample('gateway_budget_unpriced_total', budget)).toBe(0)

  now = new Date('2026-04-01T00:00:00Z')
  expect((await spend('a', form)).status).toBe(200)
  expect(await gateway.sample('gateway_budget_spent_usd', budget, 'owner="caller a"')).toBe(1)
  expect(await gateway.sample('gateway_budget_spent_usd', budget, 'owner="caller b"')).toBe(0)
  reload([])
  expect(await gateway.sample('gateway_budget_limit_usd', budget)).toBe(0)
})

test('a budget that begins anew within the hour says in how many seconds', async () => {
  const { spend } = await start([{ per: 'caller', usd: 1, period: 'hour' }])
  await spend('a')
  const refused = await spend('a')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([402, '1800'])
  expect(((await refused.json()) as ErrorBody).error.message).toContain(': $1.00 an hour, with $1.00 spent')
})

test.each([
  ['2026-03-31T22:00:00.000Z', '3600'],
  ['2026-03-31T22:59:58.001Z', '2'],
])('at %s the next hour is as many whole seconds away: %s', async (at, seconds) => {
  const { spend } = await start([{ per: 'caller', usd: 1, period: 'hour' }])
  now = new Date(at)
  await spend('a')
  expect((await spend('a')).headers.get('retry-after')).toBe(seconds)
})

test('a soft budget lets calls pass and warns', async () => {
  const { spend, gateway } = await start([{ ...perCaller, usd: 1, mode: 'soft' }])
  expect((await spend('a')).headers.get('x-gateway-budget-warning')).toBeNull()
  const warned = await spend('a')
  expect(warned.status).toBe(200)
  expect(warned.headers.get('x-gateway-budget-warning')).toBe(
    'The budget of caller a is used up: $1.00 a day, with $1.00 spent.',
  )
  expect(await gateway.sample('gateway_budget_warned_total', 'policies[0]')).toBe(1)
})

test('a warning names its owner so that it can be read back, whatever letters that has', async () => {
  const { spend } = await start([{ per: 'tag:team', usd: 1, period: 'day', mode: 'soft' }])
  await spend('a', { metadata: { team: 'Zoë 100%' } })
  const warned = await spend('a', { metadata: { team: 'Zoë 100%' } })
  const header = warned.headers.get('x-gateway-budget-warning')!
  expect(header).toContain('The budget of tag team Zo%C3%AB 100%25 is used up')
  expect(decodeURIComponent(header)).toContain('The budget of tag team Zoë 100% is used up')
})

test('calls at the same time reserve what they may cost', async () => {
  const goOn = Promise.withResolvers<void>()
  const { spend, upstream, admin } = await start([perCaller], {
    async answer(response) {
      await goOn.promise
      response.writeHead(500).end()
    },
  })
  const arrived = upstream.next()
  const first = spend('a')
  await arrived
  const second = upstream.next()
  const running = spend('a')
  await second
  const refused = await spend('a')
  expect(refused.status).toBe(402)
  expect(((await refused.json()) as ErrorBody).error.message).toContain('$2.00 reserved by running calls')
  expect((await admin('/admin/budgets')).body).toMatchObject({ data: [{ reservedUsd: 2, leftUsd: 0 }] })
  goOn.resolve()
  expect(await statuses(first, running)).toEqual([500, 500])
  // Nothing was spent, and everything went back.
  expect((await admin('/admin/budgets')).body).toMatchObject({ data: [{ spentUsd: 0, reservedUsd: 0 }] })
})

test('what a longer context may cost is reserved too', async () => {
  const goOn = Promise.withResolvers<void>()
  const params = (url: string) => ({ baseUrl: `${url}/v1` })
  const tooLong = { error: { message: 'too long', code: 'context_length_exceeded' } }
  const small = await startUpstream(json(tooLong, 400))
  const big = await startUpstream(async (response) => {
    await goOn.promise
    response.writeHead(500).end()
  })
  const priced = (usd: number) => ({ inputPerMillion: usd, outputPerMillion: usd })
  const { spend, admin } = await start([perCaller], {
    virtual: {
      models: [
        { name: 'small', provider: 'custom', params: params(small.url), price: priced(1) },
        { name: 'big', provider: 'custom', params: params(big.url), price: priced(200_000) },
      ],
      virtualModels: [
        {
          name: 'v',
          routing: { priority: { targets: [{ model: 'small', priority: 1 }] } },
          contextLengthFallbacks: ['big'],
        },
      ],
    },
  })
  const arrived = big.next()
  const running = spend('a', { model: 'v' })
  await arrived
  expect((await admin('/admin/budgets')).body).toMatchObject({ data: [{ reservedUsd: 2, leftUsd: 0 }] })
  expect((await spend('a')).status).toBe(402)
  goOn.resolve()
  await running
  await Promise.all([small.close(), big.close()])
})

test('a key has a budget of its own beside those of all', async () => {
  const { spend } = await start([{ per: 'caller', usd: 3, period: 'day' }], {
    keys: [keyOf('small', { budget: { usd: 1, period: 'month' } }), keyOf('a')],
  })
  expect([(await spend('small')).status, (await spend('small')).status]).toEqual([200, 402])
  expect([(await spend('a')).status, (await spend('a')).status]).toEqual([200, 200])
})

test('every caller with a token has the budget of tokens, and as many tags of it as a call may have', async () => {
  const { spend, admin } = await start([{ per: 'tag:agent', usd: 10, period: 'total' }], {
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
    new SignJWT({ sub, tags, iss: 'https://issuer', aud: 'gateway', exp: now.getTime() / 1000 + 60 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode('a shared secret that is long enough for HS256'))
  const [alice, bob] = [await sign('alice'), await sign('bob')]
  const told: number[] = []
  for (const token of [alice, alice, bob]) told.push((await spend(token)).status)
  expect(told).toEqual([200, 402, 200])
  expect((await admin('/admin/budgets')).body).toMatchObject({
    data: [
      { budget: 'jwt', owner: { caller: 'jwt:alice' }, spentUsd: 1 },
      { budget: 'jwt', owner: { caller: 'jwt:bob' }, spentUsd: 1 },
      { budget: 'policies[0]', owner: { 'tag:agent': 'of-the-token' }, spentUsd: 2 },
    ],
  })
})

const numbered = (count: number) => Array.from({ length: count }, (_, index) => [`t${index}`, 'x'])

test('an admin sees of each budget whose it is and what is left, and of no key’s those of another', async () => {
  const keys = [
    keyOf('a', { budget: { usd: 5, period: 'total' } }),
    keyOf('ab', { budget: { usd: 0.5, period: 'total' } }),
  ]
  const { spend, admin } = await start([], { keys })
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

test('of many owners an admin sees a thousand a page, and a metric two hundred: those who used most', async () => {
  const budgets = Array.from({ length: 10 }, (_, index) => ({ per: 'tag:t', usd: index + 2, period: 'day' }))
  const { spend, admin, gateway } = await start(budgets)
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
  ['?offset=-1', '`offset` is how many rows to pass over'],
  ['?offset=1&offset=2', '`offset` can be given once.'],
  ['?by=caller', '`by` is no part of this query: it takes offset.'],
])('%s is no page of the budgets', async (query, words) => {
  const { admin } = await start([])
  expect(await admin(`/admin/budgets${query}`)).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_request', message: expect.stringContaining(words) } },
  })
})

test('a tenant’s callers spend from one budget', async () => {
  const keys = [
    keyOf('a', { tenant: 't' }),
    keyOf('b', { tenant: 't' }),
    keyOf('c', { tenant: 'u' }),
    keyOf('d'),
  ]
  const { spend } = await start([{ per: 'tenant', usd: 1, period: 'week' }], { keys })
  const told: number[] = []
  for (const key of ['a', 'b', 'c', 'd', 'd']) told.push((await spend(key)).status)
  expect(told).toEqual([200, 402, 200, 200, 200])
})

test('tags come from headers before metadata, and those of the key before both', async () => {
  const keys = [keyOf('a'), keyOf('tagged', { tags: { agent: 'mine' } })]
  const { spend, admin } = await start([{ per: 'tag:agent', usd: 10, period: 'day' }], { keys })
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

test('a call is booked in the period that it arrived in, however late it ends', async () => {
  const goOn = Promise.withResolvers<void>()
  const { upstream, spend, gateway, admin } = await start([perCaller], {
    async answer(response) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(role + token('a'))
      await goOn.promise
      response.end(
        'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}\n\ndata: [DONE]\n\n',
      )
    },
  })
  const arrived = upstream.next()
  const streaming = gateway.chat({ ...dollarCall, stream: true }, bearer('key-of-a'))
  await arrived
  now = new Date('2026-04-01T00:00:01Z')
  const april = upstream.next()
  const late = spend('a', { stream: true })
  await april
  goOn.resolve()
  await (await streaming).text()
  await late
  expect((await admin('/admin/budgets')).body).toMatchObject({
    data: [{ spentUsd: 1, startsAt: '2026-04-01T00:00:00.000Z' }],
  })
  now = new Date('2026-03-31T23:59:59Z')
  const { body } = await admin('/admin/budgets')
  expect((body as { data: object[] }).data).toContainEqual(
    expect.objectContaining({ spentUsd: 1, startsAt: '2026-03-31T00:00:00.000Z' }),
  )
})

test('what has no known price cannot be counted, and is never taken for free', async () => {
  const { spend, gateway } = await start([perCaller], { model: { price: undefined } })
  for (let call = 0; call < 3; call++) expect((await spend('a')).status).toBe(200)
  expect(await gateway.sample('gateway_budget_unpriced_total', 'policies[0]')).toBe(3)
  // Nobody is said to have spent nothing.
  expect(await gateway.sample('gateway_budget_spent_usd', 'policies[0]')).toBe(0)
})

test('an answer from the cache costs nothing, and passes a budget that is used up', async () => {
  const budgets = [
    { per: 'caller', usd: 1, period: 'day' },
    { per: 'caller', usd: 1, period: 'day', mode: 'soft' },
  ]
  const { spend, admin, upstream, gateway } = await start(budgets, { policies: { cache: { mode: 'exact' } } })
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

test('to count tokens is free, and passes a budget that is used up', async () => {
  const claude = await startUpstream(json({ input_tokens: 42 }))
  const params = { baseUrl: `${claude.url}/v1`, apiKey: 'key' }
  const models = [{ name: 'claude', provider: 'anthropic', params }]
  const { spend, gateway } = await start([{ per: 'caller', usd: 1, period: 'day' }], {
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
  await claude.close()
})

test('budgets are for admins to see', async () => {
  const { gateway } = await start([perCaller])
  const response = await fetch(`${gateway.url}/admin/budgets`, bearer('key-of-a'))
  expect(response.status).toBe(403)
})

test('a call that is on its way in when its hard budget is taken out passes', async () => {
  const { gateway, reload } = await start([perCaller])
  const body = JSON.stringify(dollarCall)
  const slow = request(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': body.length,
      ...bearer('key-of-a').headers,
    },
  })
  slow.write(body.slice(0, 10))
  await expect.poll(() => gateway.sample('gateway_in_flight_requests')).toBe(1)
  reload([])
  slow.end(body.slice(10))
  const [answer] = (await once(slow, 'response')) as [IncomingMessage]
  expect(answer.resume().statusCode).toBe(200)
})
