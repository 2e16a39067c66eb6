/** What calls cost, and how `GET /admin/usage` shows it. */
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { useBooks } from '../testing/books.ts'
import { role, usageChunk } from '../testing/chunks.ts'
import { bearer, keyOf } from '../testing/door.ts'
import type { ErrorBody } from '../testing/gateway.ts'
import { dollarAnswer, dollarCall, startSpending } from '../testing/spending.ts'
import { json, startUpstream, stream } from '../testing/upstream.ts'

const { start, usageOf } = useBooks(beforeEach, afterEach)

const oneDollar = {
  calls: 1,
  errors: 0,
  attempts: 1,
  inputTokens: 7,
  outputTokens: 3,
  reasoningTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  costUsd: 1,
  unpricedCalls: 0,
  estimatedCalls: 0,
}

test('a call that is over is in the usage at once', async () => {
  const spending = await start()
  await spending.spend('a')
  expect(await usageOf(spending)).toMatchObject({ total: oneDollar, data: [oneDollar] })
})

test('a call that is refused while its body is read is booked under the operation that it asked for', async () => {
  const spending = await start()
  for (const endpoint of ['embeddings', 'completions', 'messages/count_tokens', 'chat/completions']) {
    const response = await fetch(`${spending.gateway.url}/v1/${endpoint}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer('key-of-a').headers },
      body: '{"model":',
    })
    expect(response.status).toBe(400)
  }
  const { data } = await usageOf(spending, '?by=operation')
  expect(data.map(({ operation, calls }) => `${operation} ${calls}`).sort()).toEqual([
    'chat 1',
    'count_tokens 1',
    'embeddings 1',
    'text_completion 1',
  ])
})

test('a tag is the same in metadata, in a header and in a budget, in capital letters or not', async () => {
  const costCentre = 'München'
  const spending = await start({
    keys: [keyOf('a'), keyOf('b', { tags: { COSTCENTRE: costCentre } })],
    budgets: [{ per: 'tag:costCentre', usd: 3, period: 'total', mode: 'hard' }],
  })
  const inUtf8 = Buffer.from(costCentre).toString('latin1')
  await spending.spend('a', { metadata: { costCentre } })
  await spending.spend('a', { metadata: { costCentre: 'other' } }, { 'x-gateway-tag-costCentre': inUtf8 })
  await spending.spend('b')
  expect((await spending.spend('a', {}, { 'x-gateway-tag-costcentre': inUtf8 })).status).toBe(402)
  expect((await usageOf(spending, '?by=tag:costCentre')).data).toMatchObject([
    { 'tag:costcentre': costCentre, calls: 4, errors: 1, costUsd: 3 },
  ])
})

test('rolls up by every dimension, the dearest first', async () => {
  const keys = [keyOf('a', { tenant: 't' }), keyOf('b')]
  let now = new Date('2026-03-31T23:00:00Z')
  const spending = await start({ keys, date: () => now })
  await spending.spend('a', { metadata: { agent: 'x' } })
  now = new Date('2026-04-01T01:00:00Z')
  await spending.spend('a', { metadata: { agent: 'y', 'a "quoted" name': '1' } })
  await spending.spend('b', { stream: true }, { 'x-gateway-tag-agent': 'y' })
  const by = async (dimensions: string, more = '') => {
    const { data } = await usageOf(spending, `?by=${encodeURIComponent(dimensions)}${more}`)
    return data.map((row) => [...dimensions.split(',').map((each) => row[each]), row.costUsd])
  }
  expect(await by('caller')).toEqual([
    ['a', 2],
    ['b', 1],
  ])
  expect(await by('tenant')).toEqual([
    ['t', 2],
    [null, 1],
  ])
  expect(await by('tag:agent,model')).toEqual([
    ['y', 'm', 2],
    ['x', 'm', 1],
  ])
  expect(await by('tag:a "quoted" name')).toEqual([
    [null, 2],
    ['1', 1],
  ])
  expect(await by('day')).toEqual([
    ['2026-04-01', 2],
    ['2026-03-31', 1],
  ])
  expect(await by('hour,provider')).toEqual([
    ['2026-04-01T01:00Z', 'custom', 2],
    ['2026-03-31T23:00Z', 'custom', 1],
  ])
  expect(await by('target,status,outcome')).toEqual([['m', 200, 'ok', 3]])
  expect(await by('operation')).toEqual([['chat', 3]])
  expect(await by('caller', '&from=2026-04-01')).toEqual([
    ['a', 1],
    ['b', 1],
  ])
  expect(await by('caller', '&to=2026-04-01T00:00:00Z')).toEqual([['a', 1]])
  // A call at `from` is included, one at `to` is not.
  expect(await by('caller', '&from=2026-03-31T23:00Z&to=2026-04-01T01:00Z')).toEqual([['a', 1]])
})

test('more rows than fit into an answer come in pages, each row once', async () => {
  const spending = await start()
  const rows = 1_003
  for (let from = 0; from < rows; from += 100) {
    const calls = Array.from({ length: Math.min(100, rows - from) }, (_, index) => from + index)
    await Promise.all(calls.map((t) => spending.spend('a', { metadata: { t: `${t}` } })))
  }
  const first = await usageOf(spending, '?by=tag:t')
  expect(first).toMatchObject({ data: { length: 1_000 }, total: { calls: rows }, offset: 0, isCut: true })
  const rest = await usageOf(spending, '?by=tag:t&offset=1000')
  expect(rest).toMatchObject({ data: { length: 3 }, total: { calls: rows }, offset: 1_000, isCut: false })
  expect(new Set([...first.data, ...rest.data].map((row) => row['tag:t'])).size).toBe(rows)
  expect(await usageOf(spending, '?by=tag:t&offset=1003')).toMatchObject({ data: [], isCut: false })
  expect(await usageOf(spending, '?offset=1')).toMatchObject({ data: [], total: { calls: rows } })
})

test('a tag is found by its name, whatever characters it contains', async () => {
  const spending = await start()
  const ofTag = async (name: string) => {
    const { data } = await usageOf(spending, `?by=${encodeURIComponent(`tag:${name},caller`)}`)
    return data.map(({ calls, caller, ...row }) =>
      Object.entries(row).find(([key]) => key.startsWith('tag:')),
    )
  }
  const names = { 'team,floor': '1', '100%': '2', '%2c': '3', 'a\nb': '4', 'a%20b': '5' }
  await spending.spend('a', { metadata: names })
  expect(await ofTag('Team%2cFloor')).toEqual([['tag:team,floor', '1']])
  expect(await ofTag('100%')).toEqual([['tag:100%', '2']])
  expect(await ofTag('%252C')).toEqual([['tag:%2c', '3']])
  expect(await ofTag('a\nb')).toEqual([['tag:a\nb', '4']])
  expect(await ofTag('a%20b')).toEqual([['tag:a%20b', '5']])
})

test('several `by` are one list, and the + of a zone need not be encoded', async () => {
  const spending = await start({ date: () => new Date('2026-03-31T23:30:00Z') })
  await spending.spend('a')
  const row = { caller: 'a', tenant: null, model: 'm', calls: 1 }
  const { data } = await usageOf(spending, '?by=caller,&by=tenant,model&by=')
  expect(data).toEqual([expect.objectContaining(row)])
  for (const zone of ['+02:00', '%2B02:00']) {
    expect((await usageOf(spending, `?from=2026-04-01T01:30:00${zone}`)).total).toMatchObject({ calls: 1 })
    expect((await usageOf(spending, `?to=2026-04-01T01:30:00${zone}`)).total).toMatchObject({ calls: 0 })
  }
})

test('an unknown price is a null cost and is counted; a refused call is not unpriced', async () => {
  const spending = await start({ model: { price: undefined } })
  await spending.spend('a')
  await spending.spend('a', { model: 'nobody' })
  expect((await usageOf(spending)).total).toMatchObject({
    calls: 2,
    errors: 1,
    costUsd: null,
    unpricedCalls: 1,
  })
  expect((await usageOf(spending, '?by=model')).data).toContainEqual(
    expect.objectContaining({ model: null, calls: 1, attempts: 0, costUsd: 0, unpricedCalls: 0 }),
  )
})

test('a provider’s refusal cost nothing', async () => {
  const spending = await start({ answer: json({ error: { message: 'no' } }, 400) })
  await spending.spend('a')
  expect((await usageOf(spending)).total).toMatchObject({
    calls: 1,
    errors: 1,
    attempts: 1,
    costUsd: 0,
    unpricedCalls: 0,
  })
})

test.each([
  [
    '?by=colour',
    'one or more of caller, tenant, model, operation, target, provider, status, outcome, day, hour and tag:<name>',
  ],
  ['?by=tag:', 'tag:<name>'],
  ['?by=tag:team,floor', 'write a comma as %2C'],
  ['?by=caller,tenant,model,day,hour', 'at most 4'],
  ['?by=caller,tenant&by=model&by=day,hour', 'at most 4'],
  ['?from=yesterday', '2026-01-31T12:00:00Z'],
  ['?from=2026-13-01', '`from` is not a valid time'],
  ['?from=2026-02-30', '`from` is not a valid time: write an existing day'],
  ['?to=2026-02-29T12:00:00Z', '`to` is not a valid time'],
  [
    '?to=2026-01-31T12:00:00',
    'a moment with its time zone (2026-01-31T12:00:00Z). Calls that arrived exactly then are not.',
  ],
  ['?from=2026-01-01&from=2026-02-01', '`from` can be given once'],
  ['?from=2026-02-01&to=2026-01-01', '`from` must lie before `to`'],
  ['?from=2026-02-01&to=2026-02-01', '`from` must lie before `to`'],
  ['?group=caller', 'this query takes by, from, to and offset'],
  ['?offset=-1', '`offset` is how many rows to skip'],
  ['?offset=1e3', '`offset` is how many rows to skip'],
  ['?offset=0&offset=1', '`offset` can be given once'],
])('%s is a 400 that says what can be asked', async (query, words) => {
  const { status, body } = await (await start()).admin(`/admin/usage${query}`)
  expect(status).toBe(400)
  expect((body as ErrorBody).error.message).toContain(words)
})

test('a caller who leaves before the first token is charged for the prompt, in the books and the budget', async () => {
  const spending = await start({
    budgets: [{ per: 'caller', usd: 100, period: 'total', mode: 'hard' }],
    answer: (_, { cutOff }) => cutOff,
  })
  const controller = new AbortController()
  const arrives = spending.upstream.next()
  const { signal } = controller
  const left = spending.gateway.chat(dollarCall, { ...bearer('key-of-a'), signal })
  const { cutOff } = await arrives
  controller.abort()
  await expect(left).rejects.toThrow()
  await cutOff
  // Five tokens of prompt, at ten cents each.
  const told = { inputTokens: 5, outputTokens: 0, costUsd: 0.5, unpricedCalls: 0, estimatedCalls: 1 }
  await expect.poll(async () => (await usageOf(spending)).total, { timeout: 10_000 }).toMatchObject(told)
  const { body } = await spending.admin('/admin/budgets')
  expect(body).toMatchObject({ data: [{ spentUsd: 0.5, reservedUsd: 0 }] })
})

test.each([
  ['more tokens than there are', '1e308'],
  ['an unsigned −1', '18446744073709551615'],
  ['what JSON has no number for', '1e999'],
])('a provider that counts %s affects this call alone: its cost is estimated', async (_what, tokens) => {
  let isOdd = true
  const odd = `{"id":"x","object":"chat.completion","created":1,"model":"up-1","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":${tokens},"total_tokens":${tokens}}}`
  const spending = await start({
    budgets: [{ per: 'caller', usd: 100, period: 'day', mode: 'hard' }],
    answer: (response, request) => {
      if (!isOdd) return dollarAnswer(response, request)
      isOdd = false
      response.writeHead(200, { 'content-type': 'application/json' }).end(odd)
    },
  })
  expect((await spending.spend('a')).status).toBe(200)
  expect((await spending.spend('a')).status).toBe(200)
  const { total } = await usageOf(spending)
  // Five tokens of prompt and one of the answer, at ten cents each.
  expect(total).toMatchObject({ calls: 2, errors: 0, costUsd: 1.6, unpricedCalls: 0, estimatedCalls: 1 })
  expect(await spending.gateway.sample('gateway_books_up')).toBe(1)
})

test('a caller who asks for more than any model writes reserves no more than that', async () => {
  const spending = await start({
    budgets: [{ per: 'caller', usd: 200, period: 'total', mode: 'hard' }],
    model: { price: { inputPerMillion: 0, outputPerMillion: 1 } },
    answer: (_, { cutOff }) => cutOff,
  })
  const leaving = new AbortController()
  const { signal } = leaving
  const arrives = spending.upstream.next()
  const body = { ...dollarCall, max_tokens: 1e308, n: 1e308 }
  const left = spending.gateway.chat(body, { ...bearer('key-of-a'), signal })
  const { cutOff } = await arrives
  // At most 128 answers of a million tokens each are reserved.
  expect((await spending.admin('/admin/budgets')).body).toMatchObject({ data: [{ reservedUsd: 128 }] })
  leaving.abort()
  await expect(left).rejects.toThrow()
  await cutOff
})

test('a call that two targets were paid for costs the exact sum, each at its own price', async () => {
  const counted = await startUpstream(stream([role, usageChunk]))
  const params = { baseUrl: `${counted.url}/v1` }
  // Seven tokens in for each attempt: twice 0.1, because of the retry, and then 0.7. Binary fractions miss their sum.
  const price = { inputPerMillion: 100_000 / 7, outputPerMillion: 0 }
  const dearer = { inputPerMillion: 700_000 / 7, outputPerMillion: 0 }
  const spending = await start({
    model: { price: dearer },
    virtual: {
      models: [{ name: 'broken', provider: 'custom', params, price }],
      virtualModels: [
        {
          name: 'v',
          routing: {
            priority: {
              targets: [
                { model: 'broken', priority: 1 },
                { model: 'm', priority: 2 },
              ],
            },
          },
        },
      ],
    },
  })
  const response = await spending.spend('a', { model: 'v', stream: true })
  expect(response.status).toBe(200)
  const { total } = await usageOf(spending)
  expect(total).toMatchObject({ calls: 1, attempts: 3, inputTokens: 21, outputTokens: 9, costUsd: 0.9 })
  const { data } = await usageOf(spending, '?by=target')
  expect(data.map(({ target, costUsd }) => [target, costUsd])).toEqual([
    ['m', 0.7],
    ['broken', 0.2],
  ])
  await counted.close()
})

test('requests without a key are not in the books, where they would push out calls that cost something', async () => {
  const spending = await start()
  await spending.spend('a')
  await Promise.all(Array.from({ length: 20 }, () => spending.spend('unknown')))
  expect((await usageOf(spending)).total).toMatchObject(oneDollar)
  expect(await spending.gateway.sample('gateway_refused_total', 'reason="invalid_api_key"')).toBe(20)
})

test('only admins can see the usage', async () => {
  const { gateway } = await start()
  const statuses = await Promise.all(
    [bearer('key-of-a'), {}].map(async (init) => (await fetch(`${gateway.url}/admin/usage`, init)).status),
  )
  expect(statuses).toEqual([403, 401])
})

test('without books, the usage says how to turn them on', async () => {
  const spending = await startSpending()
  onTestFinished(spending.close)
  const { status, body } = await spending.admin('/admin/usage')
  expect(status).toBe(503)
  expect((body as ErrorBody).error.message).toContain('GATEWAY_BOOKS')
})
