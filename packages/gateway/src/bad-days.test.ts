/**
 * Failures of a provider, each with a healthy second target, streaming and not: the caller gets a whole answer or a
 * clear error, never a part of an answer as a success, and the accounts are exact. `bad-streams.test.ts` has broken
 * streams.
 */
import { afterEach, describe, expect, test } from 'vitest'
import { outcomes, refuse, reset, silent, whole } from './testing/bad-days.ts'
import { done, event } from './testing/chunks.ts'
import { forms, good, goodCostUsd, inTurn, isStreaming, useTwoTargets } from './testing/two-targets.ts'
import { json } from './testing/upstream.ts'

const start = useTwoTargets(afterEach)

describe.each(forms)('%s', (_form, isStream) => {
  test('429 with Retry-After 2: waits so long, and asks the same target again', async () => {
    const { ask, waits } = await start({ a: inTurn(refuse(429, { 'retry-after': '2' }), good) })
    const told = await ask(isStream)
    expect(told).toMatchObject(whole)
    expect(waits).toEqual([2000])
    expect(told.attempts).toMatchObject([
      { model: 'up-a', outcome: 'http_429', status: 429, waitMs: 0 },
      { model: 'up-a', outcome: 'ok', status: 200, waitMs: 2000 },
    ])
    expect(told.headers.get('x-gateway-attempts')).toBe('2')
  })

  test('429 on every call: one retry, then the second target', async () => {
    const { ask, gateway } = await start({ a: refuse(429, { 'retry-after-ms': '20' }) })
    const told = await ask(isStream)
    expect(told).toMatchObject(whole)
    expect(outcomes(told)).toEqual(['up-a http_429', 'up-a http_429', 'up-b ok'])
    expect(await gateway.sample('gateway_retries_total', 'target="a"')).toBe(1)
    expect(await gateway.sample('gateway_fallbacks_total', 'from="a"', 'to="b"')).toBe(1)
  })

  test('429 on every call of both: the caller gets it, with its hint', async () => {
    const busy = refuse(429, { 'retry-after': '1' })
    const { ask } = await start({ a: busy, b: busy })
    const told = await ask(isStream)
    expect(told.status).toBe(429)
    expect(told.headers.get('retry-after')).toBe('1')
    expect(told.log).toMatchObject({ outcome: 'http_429', attempts: 4, inputTokens: null, costUsd: null })
  })

  test('a hint beyond the deadline of the call is not waited for', async () => {
    const busy = refuse(429, { 'retry-after': '7' })
    const { ask, waits } = await start({ a: busy, b: busy, virtual: { timeouts: { totalMs: 5000 } } })
    const told = await ask(isStream)
    expect(told.status).toBe(429)
    expect(told.headers.get('retry-after')).toBe('7')
    expect(waits).toEqual([])
  })

  test('500 once: the same target again, after a backoff with jitter', async () => {
    const { ask, waits } = await start({ a: inTurn(refuse(500), good) })
    const told = await ask(isStream)
    expect(told).toMatchObject(whole)
    expect(outcomes(told)).toEqual(['up-a http_500', 'up-a ok'])
    expect(waits).toEqual([125])
  })

  test('503 for a while: the breaker opens, later calls go past it, a probe finds it well again', async () => {
    let nowMs = 1000
    const { a, ask, gateway } = await start({
      a: inTurn(refuse(503), refuse(503), refuse(503), good),
      monotonicMs: () => nowMs,
    })
    const [first, second, third] = [await ask(isStream), await ask(isStream), await ask(isStream)]
    for (const told of [first, second, third]) expect(told).toMatchObject(whole)
    expect(outcomes(first)).toEqual(['up-a http_503', 'up-a http_503', 'up-b ok'])
    expect(outcomes(second)).toEqual(['up-a http_503', 'up-b ok'])
    expect(outcomes(third)).toEqual(['up-b ok'])
    expect(a.received).toHaveLength(3)
    expect(await gateway.sample('gateway_breaker_state', 'target="a"')).toBe(2)
    expect(gateway.gateway.targets()).toMatchObject([
      { target: 'a', breaker: 'open', msUntilProbe: 10_000, pending: 0 },
      { target: 'b', breaker: 'closed', pending: 0 },
    ])
    nowMs += 10_000
    expect(outcomes(await ask(isStream))).toEqual(['up-a ok'])
    expect(await gateway.sample('gateway_breaker_state', 'target="a"')).toBe(0)
  })

  test('connection reset before headers: once more, then the second target', async () => {
    const { ask } = await start({ a: reset })
    const told = await ask(isStream)
    expect(told).toMatchObject(whole)
    expect(outcomes(told)).toEqual(['up-a upstream_unreachable', 'up-a upstream_unreachable', 'up-b ok'])
  })

  test('accepted, then silence: no hang past the deadline', async () => {
    const { ask } = await start({
      a: silent,
      timeoutsOfA: { firstTokenMs: 50 },
      virtual: { timeouts: { totalMs: 1_000 } },
    })
    const told = await ask(isStream)
    if (isStream) expect(told).toMatchObject(whole)
    else expect(told).toMatchObject({ status: 504, error: 'total_timeout' })
    expect(told.log.attempts).toBe(isStream ? 2 : 1)
  })

  test('accepted, then silence, with a deadline for whole answers too: the second target', async () => {
    const { ask } = await start({ a: silent, timeoutsOfA: { firstTokenMs: 50, answerMs: 50 } })
    const told = await ask(isStream)
    expect(told).toMatchObject(whole)
    expect(outcomes(told)).toEqual([isStream ? 'up-a first_token_timeout' : 'up-a answer_timeout', 'up-b ok'])
  })

  test('context length exceeded: not retried, and passed on as it came', async () => {
    const tooLong = refuse(400, {}, { code: 'context_length_exceeded', type: 'invalid_request_error' })
    const { ask, b } = await start({ a: tooLong })
    const told = await ask(isStream)
    expect(told).toMatchObject({ status: 400, error: 'context_length_exceeded', answer: null })
    expect(told.log).toMatchObject({ attempts: 1, costUsd: null })
    expect(b.received).toHaveLength(0)
  })

  test('context length exceeded, with a model for it: goes there', async () => {
    const tooLong = refuse(400, {}, { message: "This model's maximum context length is 8192 tokens." })
    const { ask } = await start({ a: tooLong, virtual: { contextLengthFallbacks: ['b'] } })
    const told = await ask(isStream)
    expect(told).toMatchObject(whole)
    expect(outcomes(told)).toEqual(['up-a http_400', 'up-b ok'])
  })

  test.each([
    ['a content filter', 400, { code: 'content_filter' }],
    ['a 429 that says the request itself is too large', 429, { message: 'Request too large for gpt-4o' }],
    ['a request that is wrong', 400, { code: 'invalid_value' }],
  ])('%s: not retried anywhere', async (_what, status, error) => {
    const { ask, b } = await start({ a: refuse(status, {}, error) })
    const told = await ask(isStream)
    expect(told.status).toBe(status)
    expect(told.log).toMatchObject({ attempts: 1 })
    expect(b.received).toHaveLength(0)
  })

  test('an answer that the content filter ends is an answer', async () => {
    const filtered = [{ index: 0, delta: {}, message: { content: null }, finish_reason: 'content_filter' }]
    const { ask } = await start({
      a: (response, request) => {
        if (!isStreaming(request)) return json({ choices: filtered })(response, request)
        response.end(event({ choices: filtered }) + done)
      },
    })
    const told = await ask(isStream)
    expect(told.status).toBe(200)
    expect(told.text).toContain('content_filter')
    expect(told.log).toMatchObject({ attempts: 1, outcome: 'ok' })
  })

  test('a second target that refuses what the first accepts: the first failure is told', async () => {
    const { ask } = await start({ a: refuse(503), b: refuse(400, {}, { code: 'unsupported_parameter' }) })
    const told = await ask(isStream)
    expect(told.status).toBe(503)
    expect(told.text).toContain('no (503)')
    expect(told.log).toMatchObject({ attempts: 3, outcome: 'http_503' })
  })

  test.each([401, 403, 404])(
    '%i of our own key or model: the next target, and not the same again',
    async (status) => {
      const { ask, a } = await start({ a: refuse(status) })
      expect(await ask(isStream)).toMatchObject(whole)
      expect(a.received).toHaveLength(1)
    },
  )

  test.each([
    ['false', 503, ['up-a http_503', 'up-b ok']],
    ['true', 409, ['up-a http_409', 'up-a http_409', 'up-b ok']],
  ])('x-should-retry: %s is heeded', async (word, status, expected) => {
    const { ask } = await start({ a: refuse(status, { 'x-should-retry': word }) })
    expect(outcomes(await ask(isStream))).toEqual(expected)
  })

  test('a first target that flaps: every call is answered, and everything is counted once', async () => {
    const flapping = inTurn(good, refuse(500), good, reset, good, refuse(429), good, refuse(503), good)
    const { ask, a, b, gateway } = await start({ a: flapping })
    const calls = 5
    for (let call = 0; call < calls; call++) expect(await ask(isStream)).toMatchObject(whole)
    const attempts = gateway.logs.reduce((sum, line) => sum + Number(line.attempts), 0)
    expect(attempts).toBe(a.received.length + b.received.length)
    const tokens = (type: string) =>
      gateway.sample('gen_ai_client_token_usage_sum', `gen_ai_token_type="${type}"`)
    expect(await tokens('input')).toBe(7 * calls)
    expect(await tokens('output')).toBe(3 * calls)
    expect(await gateway.sample('gateway_cost_usd_total')).toBeCloseTo(goodCostUsd * calls, 12)
    expect(await gateway.sample('gateway_requests_total', 'status="200"')).toBe(calls)
    expect(await gateway.sample('gateway_retries_total', 'target="a"')).toBe(3)
  })

  test('both targets resting: a clear 503, when to come back, and nothing goes up', async () => {
    const { ask, a, b } = await start({
      a: refuse(500),
      b: refuse(500),
      policies: { circuitBreaker: { consecutiveFailures: 2, cooldownMs: 60_000 } },
    })
    expect((await ask(isStream)).status).toBe(500)
    const sent = a.received.length + b.received.length
    const told = await ask(isStream)
    expect(told).toMatchObject({ status: 503, error: 'targets_resting' })
    expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(50)
    expect(a.received.length + b.received.length).toBe(sent)
  })
})

test('a caller that leaves opens no breaker and is not retried', async () => {
  const { gateway, a, b } = await start({
    a: silent,
    policies: { circuitBreaker: { consecutiveFailures: 1 } },
  })
  const leaving = new AbortController()
  const asking = gateway.chat({ model: 'v', messages: [{}] }, { signal: leaving.signal })
  await a.next()
  leaving.abort()
  await expect(asking).rejects.toThrow()
  await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ status: 499, attempts: 1 })
  expect(gateway.gateway.targets()).toMatchObject([
    { target: 'a', breaker: 'closed', failuresInARow: 0, pending: 0 },
    { target: 'b' },
  ])
  expect(b.received).toHaveLength(0)
})

test('an outage is not multiplied: retries stay within their budget', async () => {
  const { ask, a, waits } = await start({
    a: refuse(500),
    policies: { circuitBreaker: { consecutiveFailures: 1000 } },
    monotonicMs: () => 1000,
  })
  for (let call = 0; call < 30; call++) await ask(false)
  expect(waits).toHaveLength(6)
  expect(a.received).toHaveLength(36)
})

test('a model called by its own name is tried once, whatever its breaker says', async () => {
  const { gateway, a } = await start({ a: refuse(500) })
  for (let call = 0; call < 5; call++) {
    expect((await gateway.chat({ model: 'a', messages: [{}] })).status).toBe(500)
  }
  expect(a.received).toHaveLength(5)
})
