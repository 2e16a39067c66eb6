import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { expect, test } from 'vitest'
import { role, token } from '../testing/chunks.ts'
import { bearer } from '../testing/door.ts'
import type { ErrorBody } from '../testing/gateway.ts'
import { dollarAnswer, dollarCall, type Spending } from '../testing/spending.ts'
import { json, startUpstream } from '../testing/upstream.ts'
import { perCaller, useSpending } from '../testing/use-spending.ts'

const at = useSpending()
const statuses = async (...calls: Promise<Response>[]) =>
  (await Promise.all(calls)).map(({ status }) => status)

test.each([
  ['streaming', { stream: true }],
  ['not streaming', {}],
])('a hard budget that is used up refuses calls in OpenAI’s form: %s', async (_form, form) => {
  const { spend, gateway, upstream, reload } = await at.start([perCaller])
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
  // An hour and a half is too long for a client to wait.
  expect([refused.headers.get('retry-after'), refused.headers.get('x-should-retry')]).toEqual([null, 'false'])
  expect(upstream.received).toHaveLength(2)
  expect((await spend('b', form)).status).toBe(200)
  const budget = 'budget="policies[0]"'
  expect(await gateway.sample('gateway_budget_refused_total', budget)).toBe(1)
  expect(await gateway.sample('gateway_refused_total', 'budget_exceeded')).toBe(1)
  expect(await gateway.sample('gateway_budget_spent_usd', budget, 'owner="caller a"')).toBe(2)
  expect(await gateway.sample('gateway_budget_limit_usd', budget, 'mode="hard"')).toBe(2)
  expect(await gateway.sample('gateway_budget_unpriced_total', budget)).toBe(0)

  at.now = new Date('2026-04-01T00:00:00Z')
  expect((await spend('a', form)).status).toBe(200)
  expect(await gateway.sample('gateway_budget_spent_usd', budget, 'owner="caller a"')).toBe(1)
  expect(await gateway.sample('gateway_budget_spent_usd', budget, 'owner="caller b"')).toBe(0)
  reload([])
  expect(await gateway.sample('gateway_budget_limit_usd', budget)).toBe(0)
})

test('a call whose caller is not known is on no budget', async () => {
  const { spend, admin } = await at.start([perCaller])
  expect((await spend('nobody')).status).toBe(401)
  expect((await admin('/admin/budgets')).body).toMatchObject({ data: [] })
})

test('a budget that begins anew within the hour says in how many seconds', async () => {
  const { spend } = await at.start([{ per: 'caller', usd: 1, period: 'hour' }])
  await spend('a')
  const refused = await spend('a')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([402, '1800'])
  expect(((await refused.json()) as ErrorBody).error.message).toContain(': $1.00 an hour, with $1.00 spent')
})

test.each([
  ['2026-03-31T22:00:00.000Z', '3600'],
  ['2026-03-31T22:59:58.001Z', '2'],
])('at %s the next hour is as many whole seconds away: %s', async (moment, seconds) => {
  const { spend } = await at.start([{ per: 'caller', usd: 1, period: 'hour' }])
  at.now = new Date(moment)
  await spend('a')
  expect((await spend('a')).headers.get('retry-after')).toBe(seconds)
})

test('a budget in total says that it does not begin anew', async () => {
  const { spend } = await at.start([{ per: 'caller', usd: 1, period: 'total' }])
  await spend('a')
  const refused = await spend('a')
  expect([refused.headers.get('retry-after'), refused.headers.get('x-should-retry')]).toEqual([null, 'false'])
  expect(((await refused.json()) as ErrorBody).error.message).toBe(
    'The budget of caller a is used up: $1.00 in total, with $1.00 spent. It does not begin anew: ask for a larger one.',
  )
})

test('a soft budget lets calls pass and warns', async () => {
  const soft = { ...perCaller, usd: 1, mode: 'soft' }
  const { spend, gateway } = await at.start([soft, { ...soft, period: 'month' }])
  expect((await spend('a')).headers.get('x-gateway-budget-warning')).toBeNull()
  const warned = await spend('a')
  expect(warned.status).toBe(200)
  expect(warned.headers.get('x-gateway-budget-warning')).toBe(
    'The budget of caller a is used up: $1.00 a day, with $1.00 spent.',
  )
  for (const rule of ['policies[0]', 'policies[1]']) {
    expect(await gateway.sample('gateway_budget_warned_total', rule)).toBe(1)
  }
})

test('a warning names its owner in a form that can be decoded, whatever characters it contains', async () => {
  const { spend } = await at.start([{ per: 'tag:team', usd: 1, period: 'day', mode: 'soft' }])
  await spend('a', { metadata: { team: 'Zoë 100%' } })
  const warned = await spend('a', { metadata: { team: 'Zoë 100%' } })
  const header = warned.headers.get('x-gateway-budget-warning')!
  expect(header).toContain('The budget of tag team Zo%C3%AB 100%25 is used up')
  expect(decodeURIComponent(header)).toContain('The budget of tag team Zoë 100% is used up')
})

test('of a long name of an owner no more than its beginning is told', async () => {
  const { spend } = await at.start([{ per: 'tag:team', usd: 1, period: 'day' }])
  const long = { metadata: { team: 'x'.repeat(200) } }
  await spend('a', long)
  const { error } = (await (await spend('a', long)).json()) as ErrorBody
  expect(error.message).toContain(`tag team ${'x'.repeat(100)} is used up`)
})

test('owners whose long names begin alike have a row each in the metrics', async () => {
  const { spend, gateway } = await at.start([{ per: 'tag:team', usd: 9, period: 'day' }])
  const beginning = 'x'.repeat(200)
  for (const end of ['a', 'a', 'b']) await spend('a', { metadata: { team: beginning + end } })
  expect(await gateway.sample('gateway_budget_spent_usd', `${beginning}a"`)).toBe(2)
  expect(await gateway.sample('gateway_budget_spent_usd', `${beginning}b"`)).toBe(1)
})

test('concurrent calls reserve what they may cost', async () => {
  const goOn = Promise.withResolvers<void>()
  const { spend, upstream, admin } = await at.start([perCaller], {
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
  // Nothing was spent, and nothing stays reserved.
  expect((await admin('/admin/budgets')).body).toMatchObject({ data: [{ spentUsd: 0, reservedUsd: 0 }] })
})

test('each of several budgets is charged once, and budgets with one counter reserve once', async () => {
  const goOn = Promise.withResolvers<void>()
  const periods = ['hour', 'day', 'month'].map((period) => ({ ...perCaller, period }))
  const { upstream, spend, admin } = await at.start([...periods, { ...perCaller, mode: 'soft' }], {
    async answer(response, request) {
      await goOn.promise
      await dollarAnswer(response, request)
    },
  })
  const arrived = upstream.next()
  const running = spend('a')
  await arrived
  const reserved = { spentUsd: 0, reservedUsd: 1 }
  expect((await admin('/admin/budgets')).body).toMatchObject({ data: Array(4).fill(reserved) })
  goOn.resolve()
  await running
  const spent = { spentUsd: 1, reservedUsd: 0 }
  expect((await admin('/admin/budgets')).body).toMatchObject({ data: Array(4).fill(spent) })
})

test('the possible cost of a context fallback is reserved too', async () => {
  const goOn = Promise.withResolvers<void>()
  const params = (url: string) => ({ baseUrl: `${url}/v1` })
  const tooLong = { error: { message: 'too long', code: 'context_length_exceeded' } }
  const small = await startUpstream(json(tooLong, 400))
  const big = await startUpstream(async (response) => {
    await goOn.promise
    response.writeHead(500).end()
  })
  const priced = (usd: number) => ({ inputPerMillion: usd, outputPerMillion: usd })
  const { spend, admin } = await at.start([perCaller], {
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

test('a call is booked in the period that it arrived in, however late it ends', async () => {
  const goOn = Promise.withResolvers<void>()
  const { upstream, spend, gateway, admin } = await at.start([perCaller], {
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
  at.now = new Date('2026-04-01T00:00:01Z')
  const april = upstream.next()
  const late = spend('a', { stream: true })
  await april
  goOn.resolve()
  await (await streaming).text()
  await late
  expect((await admin('/admin/budgets')).body).toMatchObject({
    data: [{ spentUsd: 1, startsAt: '2026-04-01T00:00:00.000Z' }],
  })
  at.now = new Date('2026-03-31T23:59:59Z')
  const { body } = await admin('/admin/budgets')
  expect((body as { data: object[] }).data).toContainEqual(
    expect.objectContaining({ spentUsd: 1, startsAt: '2026-03-31T00:00:00.000Z' }),
  )
})

test('calls of unknown price pass, and are counted as unpriced, not as free', async () => {
  const { spend, gateway } = await at.start([perCaller], { model: { price: undefined } })
  for (let call = 0; call < 3; call++) expect((await spend('a')).status).toBe(200)
  expect(await gateway.sample('gateway_budget_unpriced_total', 'policies[0]')).toBe(3)
  expect(await gateway.sample('gateway_budget_spent_usd', 'policies[0]')).toBe(0)
})

/** Sends the beginning of a call of `a`; the function sends the rest, and resolves with the answer. */
async function beginSlowly({ gateway }: Spending): Promise<() => Promise<IncomingMessage>> {
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
  return async () => {
    slow.end(body.slice(10))
    const [answer] = (await once(slow, 'response')) as [IncomingMessage]
    return answer.resume()
  }
}

test('a call whose hard budget is removed while its body arrives passes', async () => {
  const spending = await at.start([perCaller])
  const end = await beginSlowly(spending)
  spending.reload([])
  expect((await end()).statusCode).toBe(200)
})

test('a call whose budget has begun anew while its body arrived may try again in a second', async () => {
  const spending = await at.start([{ per: 'caller', usd: 1, period: 'hour' }])
  await spending.spend('a')
  const end = await beginSlowly(spending)
  at.now = new Date('2026-03-31T23:00:05Z')
  const { statusCode, headers } = await end()
  expect([statusCode, headers['retry-after']]).toEqual([402, '1'])
})
