import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryDefault } from '../config/policies.ts'
import { CallerGone, GatewayError } from '../errors.ts'
import { oneModel, toConfig } from '../testing/gateway.ts'
import { toTarget } from './target.ts'
import { createTargetStates } from './target-states.ts'
import { type CallRoute, tryTargets } from './try-targets.ts'

const { connection, ...model } = toConfig(oneModel('http://127.0.0.1:1')).models[0]!
if (connection.state !== 'known') throw new Error('the model has no address')
const base = toTarget({ ...model, connection })
const names = ['a', 'b', 'c', 'd']
const targets = names.map((name) => ({ ...base, name }))
const [a, b, c, d] = targets as [typeof base, typeof base, typeof base, typeof base]

const endings = [
  'whole',
  'broken',
  'stopped',
  'busy',
  'at once',
  'reset',
  'keyless',
  'wrong',
  'told',
  'too long',
  'left',
  'begun, cut',
  'not carried',
  'unsafe',
  'guarded',
  'late',
] as const
type Ending = (typeof endings)[number]

function toError(ending: Ending): Error {
  if (ending === 'busy') return new GatewayError('stream_error', '', { status: 429, retryAfterMs: 700 })
  if (ending === 'at once') return new GatewayError('stream_error', '', { status: 429, retryAfterMs: 0 })
  if (ending === 'keyless') return new GatewayError('stream_error', '', { status: 401 })
  if (ending === 'wrong' || ending === 'told') return new GatewayError('stream_error', '', { status: 400 })
  if (ending === 'stopped') return new GatewayError('stream_error', '', { reason: 'content_policy' })
  if (ending === 'broken') return new GatewayError('stream_error', '')
  if (ending === 'too long')
    return new GatewayError('stream_error', '', { status: 400, reason: 'context_length' })
  if (ending === 'unsafe')
    return new GatewayError('stream_error', '', { status: 400, reason: 'content_policy' })
  if (ending === 'late') return new GatewayError('total_timeout', '')
  if (ending === 'guarded') return new GatewayError('guardrail_rejected', '')
  if (ending === 'not carried') return new GatewayError('not_carried', '')
  if (ending === 'left') return new CallerGone('caller_left')
  return new GatewayError(ending === 'reset' ? 'upstream_unreachable' : 'stream_cut', '')
}

/** A gateway’s target states, a clock that only waits and attempts advance, and calls whose attempts end by script. */
function house() {
  let nowMs = 0
  const states = createTargetStates({ monotonicMs: () => nowMs })
  return {
    states,
    async call(script: readonly Ending[], own: Partial<CallRoute> = {}) {
      const asked: string[] = []
      const waits: number[] = []
      const elsewhere: boolean[] = []
      let hasBegun = false
      const startedAtMs = nowMs
      const route = {
        name: 'v',
        targets: [a, b],
        contextLengthFallbacks: [],
        retry: retryDefault,
        isBreakerHeeded: true,
        isStream: true,
        totalMs: 5_000,
        ...own,
      }
      const result = await tryTargets({
        route,
        states,
        deadlineAtMs: startedAtMs + route.totalMs,
        signal: new AbortController().signal,
        nowMs: () => nowMs,
        random: () => 0.5,
        wait: async (ms) => {
          waits.push(ms)
          nowMs += ms
        },
        async attempt({ target, noteBegun, mayGoElsewhere }) {
          const ending = script[asked.length] ?? 'whole'
          asked.push(target.name)
          nowMs += 10
          hasBegun = ['whole', 'broken', 'stopped', 'begun, cut'].includes(ending)
          if (hasBegun) noteBegun(10)
          if (ending === 'whole') return null
          const error = toError(ending)
          if (ending === 'broken' || ending === 'stopped') return error
          elsewhere.push(mayGoElsewhere(error))
          // No other target is left, so the error is passed on as it came.
          if (ending === 'told' && !elsewhere.at(-1)) return error
          throw error
        },
        hasBegun: () => hasBegun,
      }).then(
        () => 'passed',
        (error: unknown) => error,
      )
      // What `mayGoElsewhere` answered is what then happened.
      expect(elsewhere).toEqual(elsewhere.map((_, index) => index < asked.length - 1))
      return { asked: asked.join(''), waits, result, tookMs: nowMs - startedAtMs }
    },
  }
}

test.each<[Ending[], string, Partial<CallRoute>?]>([
  [['whole'], 'a'],
  [['reset', 'whole'], 'aa'],
  [['reset', 'reset', 'reset', 'reset'], 'aabb'],
  [['keyless', 'whole'], 'ab'],
  [['wrong'], 'a'],
  [['told'], 'a'],
  [['keyless', 'told', 'whole'], 'abc', { targets: [a, b, c] }],
  [['begun, cut'], 'a'],
  [['left'], 'a'],
  [['reset', 'left'], 'aa'],
  [['too long'], 'a'],
  [['too long', 'whole'], 'ac', { contextLengthFallbacks: [c] }],
  [['too long', 'too long', 'whole'], 'acd', { contextLengthFallbacks: [a, c, d] }],
  [['keyless', 'wrong', 'whole'], 'abc', { targets: [a, b, c] }],
  [['reset', 'reset', 'reset', 'wrong', 'whole'], 'aabbc', { targets: [a, b, c] }],
  [['keyless', 'too long', 'whole'], 'abc', { targets: [a, b, c] }],
  [['not carried', 'whole'], 'ab'],
  [['not carried', 'not carried'], 'ab'],
  [['not carried', 'wrong'], 'ab', { targets: [a, b, c] }],
  [['not carried', 'too long', 'whole'], 'abc', { contextLengthFallbacks: [a, c] }],
  [['keyless', 'not carried', 'wrong', 'whole'], 'abcd', { targets: [a, b, c, d] }],
  [['keyless', 'unsafe'], 'ab', { targets: [a, b, c] }],
  [['keyless', 'guarded'], 'ab', { targets: [a, b, c] }],
])('%j goes to %s', async (script, expected, own) => {
  expect((await house().call(script, own)).asked).toBe(expected)
})

test('a hint longer than maxBackoffMs is left for the next target, and waited for at the last', async () => {
  const retry = { ...retryDefault, maxBackoffMs: 500 }
  expect(await house().call(['busy', 'busy', 'whole'], { retry })).toMatchObject({
    asked: 'abb',
    waits: [700],
  })
  expect(await house().call(['busy'], { retry: { ...retry, maxBackoffMs: 700 } })).toMatchObject({
    asked: 'aa',
    waits: [700],
  })
})

test('a provider that says to come back at once is given the usual time', async () => {
  expect(await house().call(['at once', 'whole'])).toMatchObject({ asked: 'aa', waits: [125] })
})

test.each([
  [0, 3],
  [30, 8],
])(
  'after %i calls that went well a target that fails is asked again %i times, and no more',
  async (calls, retries) => {
    const { call } = house()
    const only = { targets: [a], isBreakerHeeded: false }
    for (let time = 0; time < calls; time++) await call(['whole'], only)
    let asked = 0
    for (let time = 0; time < 10; time++) asked += (await call(['reset', 'reset'], only)).asked.length
    expect(asked - 10).toBe(retries)
  },
)

test('a target whose breaker opened while the call waited is not asked again', async () => {
  const { call } = house()
  for (let time = 0; time < 2; time++) await call(['keyless'], { targets: [a] })
  expect((await call(['reset', 'whole'])).asked).toBe('ab')
})

test('a wait that would take the rest of the call’s time is not begun', async () => {
  expect(await house().call(['busy'], { targets: [a], totalMs: 711 })).toMatchObject({ asked: 'aa' })
  expect(await house().call(['busy'], { targets: [a], totalMs: 710 })).toMatchObject({ asked: 'a' })
})

test('each wait at a target is twice the one before, and there are no more tries than are allowed', async () => {
  const retry = { ...retryDefault, attempts: 3 }
  expect(await house().call(['reset', 'reset', 'reset'], { retry })).toMatchObject({
    asked: 'aaab',
    waits: [125, 250],
  })
})

test('a target that refuses for a fault of its own counts as slow, and no other', async () => {
  const { call, states } = house()
  await call(['keyless', 'wrong'])
  await call(['reset', 'wrong'], { targets: [c] })
  expect([a, b, c].map((target) => states.of(target).latency.firstToken)).toMatchObject([
    { ms: null, routingMs: 10_000 },
    { ms: null, routingMs: null },
    { ms: null, routingMs: 10_000 },
  ])
})

test('when all rest, the first that may be tried again says when to come back', async () => {
  const { call } = house()
  for (const target of [a, a, a, b, b, b]) await call(['keyless'], { targets: [target] })
  expect((await call([])).result).toMatchObject({
    code: 'targets_resting',
    message: 'The last calls to "a", "b" failed, and the next is not tried yet. Try again in 10 s.',
    retryAfterMs: 9_970,
  })
})

test('what the caller is told when no target is left: the failure, else that none can carry the request', async () => {
  const codeAfter = async (...script: Ending[]) => ((await house().call(script)).result as GatewayError).code
  expect(await codeAfter('not carried', 'keyless')).toBe('stream_error')
  expect(await codeAfter('keyless', 'not carried')).toBe('stream_error')
  expect(await codeAfter('keyless', 'reset', 'reset')).toBe('upstream_unreachable')
  expect(await codeAfter('not carried', 'not carried')).toBe('not_carried')
})

test('a refusal by a later target alone is not what the caller is told', async () => {
  expect((await house().call(['keyless', 'wrong'])).result).toMatchObject({ status: 401 })
})

test('the caller is not told that no target can carry the request while one rests that might', async () => {
  const { call } = house()
  for (let time = 0; time < 3; time++) await call(['keyless'], { targets: [b] })
  expect((await call(['not carried'])).result).toMatchObject({ code: 'targets_resting' })
})

test('a call’s timeout counts against a target that had all of its time, not one that had the rest', async () => {
  const { call, states } = house()
  await call(['late'])
  await call(['keyless', 'late'])
  expect([a, b].map((target) => states.of(target).breaker)).toMatchObject([
    { failuresInARow: 2 },
    { failuresInARow: 0 },
  ])
})

test('a target that cannot carry calls stays closed', async () => {
  const { call, states } = house()
  for (let time = 0; time < 5; time++) await call(['not carried', 'whole'])
  expect(states.of(a).breaker).toMatchObject({ state: 'closed', failuresInARow: 0 })
})

test('a target whose answers are whole stays closed', async () => {
  const { call, states } = house()
  for (let time = 0; time < 5; time++) await call(['whole'])
  expect(states.of(a).breaker).toMatchObject({ state: 'closed', failuresInARow: 0 })
})

test('after an error in the middle of answers the breaker opens too', async () => {
  const { call, states } = house()
  for (let time = 0; time < 3; time++) await call(['broken'])
  expect(states.of(a).breaker.state).toBe('open')
})

test('answers that the provider stops because of what they say do not open it', async () => {
  const { call, states } = house()
  for (let time = 0; time < 5; time++) await call(['stopped'])
  expect(states.of(a).breaker).toMatchObject({ state: 'closed', failuresInARow: 0 })
})

test('whatever the targets do: few tries, in time, none after the first token, and each is settled', async () => {
  const scripts = fc.array(fc.array(fc.constantFrom(...endings), { maxLength: 12 }), { maxLength: 12 })
  const routes = fc.record({
    targets: fc.shuffledSubarray(targets, { minLength: 1 }),
    contextLengthFallbacks: fc.shuffledSubarray(targets),
    retry: fc.record({
      attempts: fc.integer({ min: 1, max: 4 }),
      initialBackoffMs: fc.integer({ min: 1, max: 2_000 }),
      maxBackoffMs: fc.integer({ min: 1, max: 8_000 }),
    }),
    isBreakerHeeded: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(scripts, routes, async (calls, own) => {
      const { call, states } = house()
      for (const script of calls) {
        const { asked, waits, result, tookMs } = await call(script, own)
        expect(asked.length).toBeLessThanOrEqual(names.length * own.retry.attempts)
        expect(tookMs).toBeLessThanOrEqual(5_000 + asked.length * 10)
        const final = script
          .slice(0, asked.length)
          .findIndex((each) =>
            ['whole', 'broken', 'stopped', 'begun, cut', 'left', 'guarded', 'late'].includes(each),
          )
        if (final !== -1) expect(asked.length).toBe(final + 1)
        const last = script[asked.length - 1] ?? 'whole'
        expect(result === 'passed').toBe(
          asked.length > 0 && ['whole', 'broken', 'stopped', 'told'].includes(last),
        )
        expect(waits.length).toBeLessThanOrEqual(asked.length)
        for (const { latency } of states.list()) expect(latency.pending).toBe(0)
        for (const { breaker } of states.list()) expect(breaker.state).not.toBe('half-open')
      }
    }),
  )
})
