import { expect, test } from 'vitest'
import { oneModel, toConfig } from '../testing/gateway.ts'
import { toTarget } from './target.ts'
import { createTargetStates } from './target-states.ts'

const { connection, ...model } = toConfig(oneModel('http://127.0.0.1:1')).models[0]!
if (connection.state !== 'known') throw new Error('the model has no address')
const target = toTarget({ ...model, connection })
const routed = { isStream: true, isBreakerHeeded: true }
const byName = { isStream: true, isBreakerHeeded: false }

test('a target that was removed is forgotten when its last call is over', () => {
  const states = createTargetStates({ monotonicMs: () => 0 })
  const first = states.of(target).admit(routed)!
  const last = states.of(target).admit(routed)!
  states.use([])
  first.settle('success')
  expect(states.list()).toHaveLength(1)
  last.settle('success')
  expect(states.list()).toEqual([])
})

test('a target that is still there is kept when its last call is over', () => {
  const states = createTargetStates({ monotonicMs: () => 0 })
  const only = states.of(target).admit(routed)!
  states.use([target])
  only.settle('failure')
  expect(states.list()).toMatchObject([{ breaker: { failuresInARow: 1 } }])
})

test('a target that is first called under an older config has the policies of the one in force', () => {
  const states = createTargetStates({ monotonicMs: () => 0 })
  const strict = { ...target, circuitBreaker: { ...target.circuitBreaker, consecutiveFailures: 1 } }
  states.use([strict])
  const state = states.of(target)
  state.admit(routed)!.settle('failure')
  expect(state.admit(routed)).toBeNull()
})

test('two names of one model at one address are two targets', () => {
  const states = createTargetStates({ monotonicMs: () => 0 })
  for (let call = 0; call < 3; call++) states.of(target).admit(routed)!.settle('failure')
  expect(states.of(target).admit(routed)).toBeNull()
  expect(states.of({ ...target, name: 'other' }).admit(routed)).not.toBeNull()
})

test('a call that is let through beside a probe decides nothing', () => {
  let nowMs = 0
  const state = createTargetStates({ monotonicMs: () => nowMs }).of(target)
  for (let call = 0; call < 3; call++) state.admit(routed)!.settle('failure')
  expect(state.breaker.state).toBe('open')
  nowMs = 10_000
  const probe = state.admit(routed)!
  state.admit(byName)!.settle('success')
  expect(state.breaker.state).toBe('half-open')
  probe.settle('success')
  expect(state.breaker.state).toBe('closed')
})
