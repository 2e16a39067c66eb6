import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryDefault } from '../config/policies.ts'
import { backoffMs } from './backoff.ts'
import { createRetryBudget } from './retry-budget.ts'

const takeAll = (budget: ReturnType<typeof createRetryBudget>, nowMs: number) => {
  let taken = 0
  while (budget.take(nowMs)) taken++
  return taken
}

test('a quiet gateway retries too', () => {
  expect(takeAll(createRetryBudget(), 0)).toBe(3)
})

test('a fifth of the calls of the last ten seconds', () => {
  const budget = createRetryBudget()
  for (let call = 0; call < 100; call++) budget.noteCall(call * 50)
  expect(takeAll(budget, 5_000)).toBe(20)
  expect(takeAll(budget, 9_000)).toBe(0)
})

test.each([
  [19, 3],
  [20, 4],
  [24, 4],
])('no part of a retry: of %s calls, %s', (calls, retries) => {
  const budget = createRetryBudget()
  for (let call = 0; call < calls; call++) budget.noteCall(0)
  expect(takeAll(budget, 0)).toBe(retries)
})

test('calls and retries older than ten seconds do not count any more', () => {
  const budget = createRetryBudget()
  for (let call = 0; call < 100; call++) budget.noteCall(0)
  takeAll(budget, 0)
  expect(takeAll(budget, 10_000)).toBe(3)
})

test('retries that outlive the calls they were allowed for leave none to come', () => {
  const budget = createRetryBudget()
  for (let call = 0; call < 100; call++) budget.noteCall(0)
  takeAll(budget, 9_000)
  expect([budget.left(10_000), budget.take(10_000)]).toEqual([0, false])
})

test('in no ten seconds more than a fifth of the calls, or the few that are always allowed', () => {
  const calls = fc.array(fc.record({ ms: fc.nat(3_000), isRetry: fc.boolean() }), { maxLength: 200 })
  fc.assert(
    fc.property(calls, (all) => {
      const budget = createRetryBudget()
      const seen: { second: number; isRetry: boolean }[] = []
      let nowMs = 0
      for (const { ms, isRetry } of all) {
        nowMs += ms
        const second = Math.floor(nowMs / 1000)
        if (!isRetry) budget.noteCall(nowMs)
        else if (!budget.take(nowMs)) continue
        seen.push({ second, isRetry })
        const recent = seen.filter((each) => each.second > second - 10)
        const retries = recent.filter((each) => each.isRetry).length
        if (isRetry) expect(retries).toBeLessThanOrEqual(Math.max(3, (recent.length - retries) * 0.2))
      }
    }),
  )
})

test('backoff doubles up to its bound, with full jitter', () => {
  const policy = { ...retryDefault, initialBackoffMs: 250, maxBackoffMs: 1_500 }
  expect([1, 2, 3, 4, 50].map((retry) => backoffMs(retry, policy, 0.5))).toEqual([125, 250, 500, 750, 750])
  expect(backoffMs(3, policy, 0)).toBe(0)
})
