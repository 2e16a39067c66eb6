import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CircuitBreaker, circuitBreakerDefault } from '../config/policies.ts'
import { type BreakerState, closed, type Health, msUntilProbe, pass, settle } from './circuit-breaker.ts'

const policy: CircuitBreaker = { ...circuitBreakerDefault, consecutiveFailures: 3, cooldownMs: 1000 }

/** The breaker after calls that ended in these ways, one after the other, at time 0. */
function after(healths: Health[], own: Partial<CircuitBreaker> = {}): BreakerState {
  return healths.reduce<BreakerState>(
    (breaker, health) => settle(breaker, { ...policy, ...own }, { passed: 'call', health, nowMs: 0 }),
    closed,
  )
}

test('opens after three failures in a row', () => {
  expect(after(['failure', 'failure']).state).toBe('closed')
  expect(after(['failure', 'failure', 'failure'])).toEqual({ state: 'open', openedAtMs: 0 })
})

test('a success in between starts the count again; a caller who left does not', () => {
  expect(after(['failure', 'failure', 'success', 'failure', 'failure']).state).toBe('closed')
  expect(after(['failure', 'failure', 'neutral', 'failure']).state).toBe('open')
})

test('opens on a failure rate, once there were enough calls', () => {
  const own = { failureRate: 0.5, failureRateCallsMin: 4 }
  expect(after(['failure', 'success', 'failure'], own).state).toBe('closed')
  expect(after(['failure', 'success', 'failure', 'success'], own).state).toBe('open')
  expect(after(['failure', 'success', 'success', 'success'], own).state).toBe('closed')
})

test('calls that ended before the window do not count any more', () => {
  const own = { ...policy, failureRate: 0.5, failureRateCallsMin: 2, failureRateWindowMs: 100 }
  const once = settle(closed, own, { passed: 'call', health: 'failure', nowMs: 0 })
  expect(settle(once, own, { passed: 'call', health: 'success', nowMs: 50 }).state).toBe('open')
  expect(settle(once, own, { passed: 'call', health: 'success', nowMs: 150 }).state).toBe('closed')
})

test('the rate is that of the last thousand calls, however many ended in the window', () => {
  const own = { failureRate: 0.5, failureRateWindowMs: 1, consecutiveFailures: 1_000 }
  const before = Array.from({ length: 1_000 }, () => 'success' as const)
  const failures = (length: number) => Array.from({ length }, () => 'failure' as const)
  expect(after([...before, ...failures(499)], own).state).toBe('closed')
  expect(after([...before, ...failures(500)], own).state).toBe('open')
})

test('lets nothing through until the rest is over, then one call', () => {
  const open = after(['failure', 'failure', 'failure'])
  expect(pass(open, policy, 999)).toBeNull()
  expect(msUntilProbe(open, policy, 999)).toBe(1)
  const through = pass(open, policy, 1000)
  expect(through?.passed).toBe('probe')
  expect(pass(through!.breaker, policy, 1000)).toBeNull()
})

test('how long a call has to wait: not at all for a closed one, one more cooldown while a probe runs', () => {
  expect(msUntilProbe(closed, policy, 0)).toBe(0)
  const open = after(['failure', 'failure', 'failure'])
  expect(msUntilProbe(open, policy, 5_000)).toBe(0)
  expect(msUntilProbe(pass(open, policy, 1_500)!.breaker, policy, 1_600)).toBe(1_000)
})

test.each([
  ['success', { state: 'closed' }],
  ['failure', { state: 'open', openedAtMs: 1500 }],
  ['neutral', { state: 'open', openedAtMs: 0 }],
] as const)('a probe that ends in %s', (health, expected) => {
  const { breaker } = pass(after(['failure', 'failure', 'failure']), policy, 1000)!
  expect(settle(breaker, policy, { passed: 'probe', health, nowMs: 1500 })).toMatchObject(expected)
})

test('a call that began before it opened changes nothing', () => {
  const open = after(['failure', 'failure', 'failure'])
  expect(settle(open, policy, { passed: 'call', health: 'success', nowMs: 10 })).toBe(open)
  const { breaker } = pass(open, policy, 1000)!
  expect(settle(breaker, policy, { passed: 'call', health: 'success', nowMs: 1010 })).toBe(breaker)
})

test('whatever happens in whatever order: one probe at a time, and it always opens again one day', () => {
  const steps = fc.array(
    fc.record({
      ms: fc.nat(700),
      health: fc.constantFrom<Health>('success', 'failure', 'neutral'),
      ends: fc.boolean(),
    }),
  )
  fc.assert(
    fc.property(steps, (all) => {
      let breaker: BreakerState = closed
      let nowMs = 0
      const running: ('call' | 'probe')[] = []
      for (const { ms, health, ends } of all) {
        nowMs += ms
        const passed = ends ? running.shift() : undefined
        if (passed) breaker = settle(breaker, policy, { passed, health, nowMs })
        const through = pass(breaker, policy, nowMs)
        if (through) {
          breaker = through.breaker
          running.push(through.passed)
        }
        const probes = running.filter((each) => each === 'probe').length
        expect(probes).toBe(breaker.state === 'half-open' ? 1 : 0)
      }
      for (const passed of running) breaker = settle(breaker, policy, { passed, health: 'neutral', nowMs })
      expect(pass(breaker, policy, nowMs + policy.cooldownMs)).not.toBeNull()
    }),
  )
})
