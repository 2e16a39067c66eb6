import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RateLimit } from '../config/limits-schema.ts'
import { GatewayError } from '../errors.ts'
import { type LimitRule, toLimitRules } from './limit-rule.ts'
import { createLimiter, type Reservation } from './limiter.ts'
import type { TokenEstimate } from './token-estimate.ts'

const small = { inputTokens: 10, outputTokens: 90, isOutputStated: true }

/** A limiter on a clock that moves only with `wait`. */
function start(limits: object[], countersMax?: number) {
  let nowMs = 0
  const refused: string[] = []
  const clock = { monotonicMs: () => nowMs, date: () => new Date(0) }
  const limiter = createLimiter({
    clock,
    onRefused: (reason) => refused.push(reason),
    ...(countersMax && { countersMax }),
  })
  const rules = toLimitRules(
    'policies',
    limits.map((limit) => RateLimit.parse(limit)),
  )
  return {
    limiter,
    refused,
    wait(ms: number) {
      nowMs += ms
    },
    reserve: (caller = 'a', estimate: TokenEstimate = small, model = 'm') =>
      limiter.reserve(rules, { caller, tenant: null, model }, estimate),
    level: (kind: 'requests' | 'tokens', index = 0) => limiter.list()[index]?.[kind]?.level,
  }
}

function refusal(reserve: () => Reservation): GatewayError {
  try {
    reserve()
  } catch (error) {
    if (error instanceof GatewayError) return error
  }
  throw new Error('it was admitted')
}

test('callers and models are told apart only where the limit says so', () => {
  const own = start([{ per: ['caller', 'model'], requestsPerMinute: 1 }])
  own.reserve('a', small, 'm')
  own.reserve('b', small, 'm')
  own.reserve('a', small, 'n')
  expect(refusal(() => own.reserve('a', small, 'm')).code).toBe('rate_limited')

  const together = start([{ per: [], requestsPerMinute: 1 }])
  together.reserve('a')
  expect(refusal(() => together.reserve('b')).message).toContain('for all callers together')
})

test('a limit that is listed twice counts twice, each by itself', () => {
  const { reserve, level } = start([{ requestsPerMinute: 10 }, { requestsPerMinute: 10 }])
  reserve()
  expect([level('requests', 0), level('requests', 1)]).toEqual([9, 9])
})

test('takes from no limit when one of them has no room', () => {
  const { reserve, level, refused } = start([
    { requestsPerMinute: 10 },
    { tokensPerMinute: 150 },
    { concurrency: 5 },
  ])
  reserve()
  expect(refusal(() => reserve()).headers).toMatchObject({
    'retry-after': '20',
    'x-ratelimit-limit-tokens': '150',
    'x-ratelimit-remaining-tokens': '50',
  })
  expect([level('requests', 0), level('tokens', 1)]).toEqual([9, 50])
  expect(refused).toEqual(['tokens'])
})

test('where several limits refuse a call, the longest wait is told, whichever limit comes first', () => {
  const [requests, tokens, running] = [{ requestsPerMinute: 1 }, { tokensPerMinute: 150 }, { concurrency: 1 }]
  for (const limits of [
    [requests, tokens, running],
    [running, tokens, requests],
  ]) {
    const { reserve, refused } = start(limits)
    reserve()
    expect(refusal(() => reserve()).headers).toMatchObject({ 'retry-after': '60' })
    expect(refused).toEqual(['requests'])
  }
})

test('a guessed output does not matter to a limit that counts no tokens', () => {
  const { reserve, level } = start([{ requestsPerMinute: 2 }])
  reserve('a', { ...small, isOutputStated: false })
  expect(level('requests')).toBe(1)
})

test.each([
  ['less', 30, 170],
  ['more', 250, -50],
  ['just as much', 100, 100],
])('tokens are settled to the real usage: %s', (_what, used, left) => {
  const { reserve, level } = start([{ tokensPerMinute: 200 }])
  const reservation = reserve()
  expect(level('tokens')).toBe(100)
  reservation.settle(used)
  expect(level('tokens')).toBe(left)
  reservation.settle(used)
  expect(level('tokens')).toBe(left)
})

test.each([
  ['tokens beyond its estimate are taken from those that flowed in meanwhile', 250, 50],
  ['unused tokens never fill the bucket beyond its burst', 0, 200],
])('of a call that ran a minute, %s', (_what, used, left) => {
  const { reserve, level, wait } = start([{ tokensPerMinute: 200 }])
  const reservation = reserve()
  wait(60_000)
  reservation.settle(used)
  expect(level('tokens')).toBe(left)
})

test('a place among the running calls is given back exactly once', () => {
  const { reserve } = start([{ concurrency: 2 }])
  const first = reserve()
  reserve()
  expect(refusal(reserve).headers['retry-after']).toBe('1')
  first.settle(0)
  first.settle(0)
  reserve()
  expect(refusal(reserve).message).toContain('2 calls at the same time')
})

test('the wait is told in whole milliseconds and seconds, never too short', () => {
  const { reserve, wait } = start([{ requestsPerMinute: 7, burst: 1 }])
  reserve().settle(0)
  expect(refusal(reserve).headers).toMatchObject({
    'retry-after': '9',
    'retry-after-ms': '8572',
    'x-ratelimit-reset-requests': '8.58s',
  })
  wait(8_571)
  expect(refusal(reserve).headers).toMatchObject({ 'retry-after': '1', 'retry-after-ms': '1' })
  wait(1)
  reserve()
})

test('a call that never fits is told so, and that trying again does not help', () => {
  const { reserve } = start([{ tokensPerMinute: 50 }])
  const { headers, message } = refusal(() => reserve())
  expect(headers).toMatchObject({ 'x-should-retry': 'false' })
  expect(headers).not.toHaveProperty('retry-after')
  expect(message).toContain('50 tokens a minute')
  expect(message).toContain('100 tokens,')
})

test('a guessed output refuses no call for ever', () => {
  const { reserve, level } = start([{ tokensPerMinute: 50 }])
  reserve('a', { ...small, isOutputStated: false })
  expect(level('tokens')).toBe(0)
})

test('the headers are those of the tightest limit, whichever comes first', () => {
  const limits = [
    { per: [], requestsPerMinute: 1_000 },
    { requestsPerMinute: 600, burst: 5 },
  ]
  for (const listed of [limits, limits.toReversed()]) {
    expect(start(listed).reserve().headers()).toEqual({
      'x-ratelimit-limit-requests': '600',
      'x-ratelimit-remaining-requests': '4',
      'x-ratelimit-reset-requests': '100ms',
    })
  }
})

test('callers who use new names again and again do not fill the memory, and gain nothing', () => {
  const { reserve, limiter } = start([{ requestsPerMinute: 2 }], 40)
  let admitted = 0
  for (let index = 0; index < 1_000; index++) {
    try {
      reserve(`caller-${index}`).settle(100)
      admitted++
    } catch {}
  }
  // Forty have a counter of their own, and the shared one admits two.
  expect(admitted).toBe(42)
  expect(limiter.list()).toHaveLength(41)
})

test('a counter that is full again makes room; one with a running call does not', () => {
  const { reserve, limiter, wait } = start([{ requestsPerMinute: 60 }], 2)
  const running = reserve('running')
  reserve('done').settle(100)
  wait(60_000)
  reserve('new').settle(100)
  expect(limiter.list().map(({ subject }) => subject.caller)).toEqual(['running', 'new'])
  running.settle(100)
})

test('a counter makes room only when all its tokens have flowed back', () => {
  const { reserve, limiter, wait } = start([{ tokensPerMinute: 60 }], 1)
  const none = { inputTokens: 0, outputTokens: 0, isOutputStated: true }
  reserve('spent', { ...none, inputTokens: 60 }).settle(60)
  wait(59_000)
  reserve('new', none).settle(0)
  expect(limiter.list().map(({ subject }) => subject.caller)).toEqual(['spent', '(others)'])
  wait(1_000)
  reserve('new', none).settle(0)
  expect(limiter.list().map(({ subject }) => subject.caller)).toEqual(['new', '(others)'])
})

test('where there is no room, known callers keep their counters and all newcomers share one', () => {
  const { reserve, limiter } = start([{ concurrency: 2 }], 2)
  for (const caller of ['a', 'b', 'c', 'd', 'a']) reserve(caller)
  expect(limiter.list().map(({ subject, running }) => [subject.caller, running])).toEqual([
    ['a', 2],
    ['b', 1],
    ['(others)', 2],
  ])
  expect(refusal(() => reserve('e')).code).toBe('rate_limited')
})

test('a call never makes room by removing a counter that counts this call too', () => {
  const { reserve, wait } = start(
    [{ concurrency: 1 }, { per: ['caller', 'model'], requestsPerMinute: 60 }],
    4,
  )
  reserve('a').settle(100)
  reserve('b').settle(100)
  wait(60_000)
  reserve('a', small, 'another model')
  expect(refusal(() => reserve('a', small, 'a third')).message).toContain('at the same time')
})

test('whatever is reserved and settled, and when: no token is lost and none is created', () => {
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: 5_000 }),
    tokens: fc.integer({ min: 1, max: 300 }),
    used: fc.integer({ min: 0, max: 600 }),
    settlesAfter: fc.integer({ min: 0, max: 5 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { reserve, level, limiter, wait } = start([{ tokensPerMinute: 600, concurrency: 3 }])
      const open: { reservation: Reservation; used: number; left: number }[] = []
      for (const { afterMs, tokens, used, settlesAfter } of steps) {
        wait(afterMs)
        for (const each of open.splice(0)) {
          if (each.left-- > 0) open.push(each)
          else each.reservation.settle(each.used)
        }
        const before = level('tokens') ?? 600
        try {
          const reservation = reserve('a', { inputTokens: 0, outputTokens: tokens, isOutputStated: true })
          expect(before).toBeGreaterThanOrEqual(tokens - 0.001)
          expect(level('tokens')).toBeCloseTo(before - tokens, 3)
          open.push({ reservation, used, left: settlesAfter })
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError)
        }
        expect(limiter.list()[0]?.running).toBe(open.length)
        expect(open.length).toBeLessThanOrEqual(3)
        expect(level('tokens')).toBeLessThanOrEqual(600)
      }
      for (const { reservation, used } of open) reservation.settle(used)
      wait(10_000_000)
      expect(limiter.list().map(({ running, tokens }) => [running, tokens?.level])).toEqual(
        steps.length > 0 ? [[0, 600]] : [],
      )
    }),
  )
})

test('a limit that has moved in the config is listed by its new name, and one that has gone not at all', () => {
  const limit = RateLimit.parse({ concurrency: 2 })
  const { limiter } = start([], 1)
  const reserve = (rules: readonly LimitRule[], caller: string) =>
    limiter.reserve(rules, { caller, tenant: null, model: 'm' }, small)
  const before = toLimitRules('policies', [limit])
  for (const caller of ['a', 'b']) reserve(before, caller)
  const moved = toLimitRules('policies', [RateLimit.parse({ concurrency: 9 }), limit]).slice(1)
  limiter.use(moved)
  for (const caller of ['a', 'c']) reserve(moved, caller)
  expect(limiter.list().map(({ rule }) => rule.name)).toEqual(['policies[1]', 'policies[1]'])
  limiter.use([])
  expect(limiter.list()).toEqual([])
})
