/**
 * Answers that begin badly or break off, with a healthy second target. Before the first token another attempt is made,
 * and the caller sees nothing of the bad one; after it an explicit error ends the stream, and its tokens are counted.
 */
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { outcomes, refuse, silent, twenty, whole } from './testing/bad-days.ts'
import { done, event, finish, head, role, token } from './testing/chunks.ts'
import {
  forms,
  good,
  goodCostUsd,
  goodUsage,
  inTurn,
  type Told,
  type TwoTargets,
  useTwoTargets,
} from './testing/two-targets.ts'
import { type Answering, json, stream } from './testing/upstream.ts'

const start = useTwoTargets(afterEach)
const malformed = 'data: {"choices":[{]}\n\n'

describe.each(forms)('%s', (_form, isStream) => {
  test('stream cut after 20 tokens', async () => {
    const { ask, b, gateway } = await start({ a: twenty((response) => void response.destroy()) })
    const told = await ask(isStream)
    if (!isStream) {
      expect(told).toMatchObject(whole)
      expect(outcomes(told)).toEqual(['up-a stream_cut', 'up-a stream_cut', 'up-b ok'])
      return
    }
    await expectBrokenOff(told, gateway, 'stream_cut')
    expect(b.received).toHaveLength(0)
  })

  test('ended after 20 tokens as if that were all: no short success', async () => {
    const { ask, b, gateway } = await start({ a: twenty((response) => void response.end()) })
    const told = await ask(isStream)
    if (!isStream) {
      expect(told).toMatchObject(whole)
      expect(outcomes(told)).toEqual(['up-a bad_response', 'up-b ok'])
      return
    }
    await expectBrokenOff(told, gateway, 'stream_cut')
    expect(b.received).toHaveLength(0)
  })

  test('stream stalled after 20 tokens', async () => {
    const { ask, b, gateway } = await start({ a: twenty(silent), timeoutsOfA: { idleMs: 50 } })
    const told = await ask(isStream)
    if (!isStream) {
      expect(told).toMatchObject(whole)
      expect(outcomes(told)).toEqual(['up-a idle_timeout', 'up-b ok'])
      return
    }
    await expectBrokenOff(told, gateway, 'idle_timeout')
    expect(b.received).toHaveLength(0)
  })
})

/**
 * Expects an answer that broke off after twenty tokens: an explicit error, no [DONE], and usage marked as estimated.
 */
async function expectBrokenOff(told: Told, gateway: TwoTargets['gateway'], code: string) {
  expect(told).toMatchObject({ status: 200, answer: null, error: code })
  expect(told.text).toContain(' t19')
  expect(told.text).not.toContain('[DONE]')
  expect(outcomes(told)).toEqual([`up-a ${code}`])
  // "What is a drag race?" is 20 letters: 5 tokens.
  expect(told.log).toMatchObject({
    outcome: code,
    inputTokens: 5,
    outputTokens: 20,
    isUsageEstimated: true,
    costUsd: 45e-6,
  })
  expect(await gateway.sample('gateway_estimated_usage_total', 'target="a"')).toBe(1)
  expect(await gateway.sample('gateway_cost_usd_total')).toBeCloseTo(45e-6, 12)
}

describe('an answer that does not stream', () => {
  test('may begin with a byte order mark', async () => {
    const body = JSON.stringify({ ...head, choices: [{ message: { content: 'a' }, finish_reason: 'stop' }] })
    const { gateway } = await start({ a: json(`\uFEFF${body}`) })
    const response = await gateway.chat({ model: 'a', messages: [{}] })
    expect(await response.text()).toBe(body)
  })

  test('after the deadline of a first token that it does not have: whole', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const late: Answering = (response, request) => {
      vi.advanceTimersByTime(1_000)
      return good(response, request)
    }
    const { ask, b } = await start({ a: late, timeoutsOfA: { firstTokenMs: 1_000 } })
    const told = await ask(false)
    expect(told).toMatchObject(whole)
    expect(outcomes(told)).toEqual(['up-a ok'])
    expect(b.received).toHaveLength(0)
  })

  test('malformed in the middle: the second target', async () => {
    const { ask } = await start({ a: json('{"choices":[{"message":{"content":"a"},}],"usage":{}}') })
    const told = await ask(false)
    expect(told).toMatchObject(whole)
    expect(outcomes(told)).toEqual(['up-a bad_response', 'up-b ok'])
  })

  test('that ends with the connection, without a length or chunks: whole', async () => {
    const { ask, b } = await start({
      a(response, request) {
        response.useChunkedEncodingByDefault = false
        good(response.setHeader('connection', 'close'), request)
      },
    })
    const told = await ask(false)
    expect(told).toMatchObject(whole)
    expect(b.received).toHaveLength(0)
  })
})

describe.each(forms)('an error inside a choice, %s', (_form, isStream) => {
  const failed = { finish_reason: 'error', error: { message: 'The engine broke.', code: 502 } }
  const answer = (said: string, more: object): Answering =>
    isStream
      ? stream([
          role,
          said && token(said),
          event({ ...head, choices: [{ index: 0, delta: {}, ...more }] }),
          done,
        ])
      : json({ ...head, choices: [{ index: 0, message: { role: 'assistant', content: said }, ...more }] })

  test.each([
    ['with a message', failed],
    ['without a message', { finish_reason: 'error' }],
    ['by a reason of DeepSeek', { finish_reason: 'insufficient_system_resource' }],
    ['by a reason of Z.ai', { finish_reason: 'network_error' }],
  ])('%s: the second target', async (_what, more) => {
    const { ask } = await start({ a: answer('', more) })
    const told = await ask(isStream)
    expect(told).toMatchObject(whole)
    expect(outcomes(told)).toEqual(['up-a stream_error', 'up-a stream_error', 'up-b ok'])
  })

  test('after the first token passes as it came, and is no success', async () => {
    const { ask, b } = await start({ a: answer('a', failed), policies: { cache: { mode: 'exact' } } })
    const told = await ask(isStream)
    expect(told.text).toContain('The engine broke.')
    expect(told.log.outcome).toBe('stream_error')
    expect(b.received).toHaveLength(0)
  })
})

describe('a stream', () => {
  test('first token after the deadline: the second target', async () => {
    const { ask } = await start({
      a: (response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(role),
      timeoutsOfA: { firstTokenMs: 50 },
    })
    const told = await ask(true)
    expect(told).toMatchObject(whole)
    expect(outcomes(told)).toEqual(['up-a first_token_timeout', 'up-b ok'])
  })

  const startsBadly: [what: string, sent: string, outcome: string][] = [
    ['comments only', ': ping\n\n', 'empty_response'],
    ['an empty body', '', 'empty_response'],
    ['a silent close after the role', role, 'stream_cut'],
    ['an error as its first event', event({ error: { message: 'overloaded', code: 529 } }), 'stream_error'],
    ['an error after the role', role + event({ error: { message: 'overloaded' } }), 'stream_error'],
    ['an error that no client reads', 'error: {"error":{"message":"x"}}\n\n', 'stream_error'],
  ]
  test.each(startsBadly)(
    'that begins with %s goes elsewhere, and nothing of it is seen',
    async (_what, sent, outcome) => {
      const { ask } = await start({ a: (response) => void response.end(sent) })
      const told = await ask(true)
      expect(told).toMatchObject(whole)
      expect(told.text).not.toMatch(/ping|overloaded/)
      expect(outcomes(told)).toEqual([`up-a ${outcome}`, `up-a ${outcome}`, 'up-b ok'])
    },
  )

  test('an error as first event, with nowhere else to go, passes as it came', async () => {
    const sent = event({ error: { message: 'overloaded', code: 529 } })
    const { ask, a, b } = await start({
      a: (response) => void response.end(sent),
      b: (response) => void response.end(sent),
    })
    const told = await ask(true)
    expect(withoutReport(told.text)).toBe(sent)
    expect(outcomes(told)).toEqual(['up-a', 'up-a', 'up-b', 'up-b'].map((model) => `${model} stream_error`))
    expect(told.log).toMatchObject({ outcome: 'stream_error', attempts: 4 })
    expect([a.received.length, b.received.length]).toEqual([2, 2])
  })

  const blamed = { error: { message: 'No.', code: 400 } }
  test.each([
    ['an event', event(blamed)],
    ['an event named error', `event: error\n${event(blamed)}`],
    ['a field', `error: ${JSON.stringify(blamed)}\n\n`],
  ])('an error whose status blames the request is not retried, told in %s', async (_place, sent) => {
    const { ask, b } = await start({ a: (response) => void response.end(sent) })
    expect((await ask(true)).log).toMatchObject({ outcome: 'stream_error', attempts: 1 })
    expect(b.received).toHaveLength(0)
  })

  test('after the first token an error is never retried', async () => {
    const sent = token('a') + event({ error: { message: 'broken' } })
    const { ask, b } = await start({ a: (response) => void response.end(sent) })
    const told = await ask(true)
    expect(told).toMatchObject({ answer: null, error: 'broken' })
    expect(withoutReport(told.text)).toBe(sent)
    expect(b.received).toHaveLength(0)
  })

  test.each([
    ['that failed', { message: 'broken' }, 'open'],
    ['that refuses what the answer says', { message: 'No.', code: 'content_filter' }, 'closed'],
    ['that blames the request', { message: 'No.', code: 400 }, 'closed'],
  ])(
    'after an error in the middle from a target %s its breaker is as after a refusal',
    async (...[, error, breaker]) => {
      const { ask, gateway } = await start({
        a: (response) => void response.end(token('a') + event({ error })),
        policies: { circuitBreaker: { consecutiveFailures: 1 } },
      })
      expect((await ask(true)).log.outcome).toBe('stream_error')
      expect(gateway.gateway.targets()[0]).toMatchObject({ breaker })
    },
  )

  test('one malformed event in the middle is no short success', async () => {
    const broken = `${malformed}${token('b')}${finish}${done}`
    const { ask, b, gateway } = await start({
      a: twenty((response) => void response.end(broken)),
      policies: { circuitBreaker: { consecutiveFailures: 1 } },
    })
    await expectBrokenOff(await ask(true), gateway, 'malformed_stream')
    expect(b.received).toHaveLength(0)
    expect(gateway.gateway.targets()[0]).toMatchObject({ breaker: 'open' })
  })

  test('a malformed event before the first token: the second target', async () => {
    const { ask } = await start({ a: (response) => void response.end(role + malformed + token('b') + done) })
    const told = await ask(true)
    expect(told).toMatchObject(whole)
    expect(outcomes(told)).toEqual(['up-a malformed_stream', 'up-b ok'])
  })

  test('no [DONE] after a finish is a success and gets one', async () => {
    const { gateway } = await start({ a: (response) => void response.end(token('a') + finish) })
    const response = await gateway.chat({ model: 'v', messages: [{}], stream: true })
    expect(await response.text()).toBe(token('a') + finish + done)
  })
})

test('the tokens of an attempt that came to nothing are in the books too', async () => {
  const used = event({ ...head, choices: [], usage: goodUsage })
  const { ask, gateway } = await start({ a: inTurn((response) => void response.end(role + used), good) })
  const told = await ask(true)
  expect(told).toMatchObject({
    ...whole,
    log: { inputTokens: 14, outputTokens: 6, costUsd: 2 * goodCostUsd },
  })
  expect(outcomes(told)).toEqual(['up-a stream_cut', 'up-a ok'])
  const counted = { target: 'a', usage: { inputTokens: 7, outputTokens: 3 }, costUsd: goodCostUsd }
  expect(told.attempts).toMatchObject([counted, counted])
  expect(await gateway.sample('gen_ai_client_token_usage_sum', 'type="input"')).toBe(14)
  expect(await gateway.sample('gateway_cost_usd_total')).toBeCloseTo(2 * goodCostUsd, 12)
})

test('a probe lets the others through from its first token, not from its end', async () => {
  let nowMs = 1_000
  const refusing = refuse(503)
  const ending = Promise.withResolvers<void>()
  const probe: Answering = async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(token('a'))
    await ending.promise
    response.end(finish + done)
  }
  const { ask, gateway } = await start({
    a: inTurn(refusing, refusing, refusing, probe, good),
    monotonicMs: () => nowMs,
  })
  await ask(true)
  await ask(true)
  expect(outcomes(await ask(true))).toEqual(['up-b ok'])
  nowMs += 10_000
  const probing = ask(true)
  await expect.poll(() => gateway.gateway.targets()[0]).toMatchObject({ breaker: 'closed', pending: 1 })
  expect(outcomes(await ask(true))).toEqual(['up-a ok'])
  ending.resolve()
  expect(await probing).toMatchObject({ status: 200, answer: 'a' })
})

/** Removes the report, which was asked for and stands right after the first brace of the error. */
function withoutReport(text: string): string {
  return text.replace(/"gateway":\{.*\},(?="error")/, '')
}
