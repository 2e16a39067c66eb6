import { expect, test } from 'vitest'
import { SimulatorError } from './errors.ts'
import { createRateLimiter } from './rate-limit.ts'

function setUp() {
  let nowMs = 1_000_000
  const limiter = createRateLimiter(() => BigInt(nowMs) * 1_000_000n)
  return {
    pass(ms: number) {
      nowMs += ms
    },
    ask(id = 'limited'): Record<string, string> | number | null {
      try {
        return limiter.admit(id, 2)
      } catch (error) {
        if (error instanceof SimulatorError) {
          expect(error.message).toContain(`Try again in ${(error.retryAfterMs! / 1000).toFixed(1)} s.`)
          return error.retryAfterMs
        }
        throw error
      }
    },
    askUnlimited: () => limiter.admit('free', null),
  }
}

test('lets so many calls a minute in, and tells the next when to come back', () => {
  const { ask, pass } = setUp()
  expect(ask()).toMatchObject({ 'x-ratelimit-remaining-requests': '1' })
  pass(20_000)
  expect(ask()).toMatchObject({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '40s' })
  expect(ask()).toBe(40_000)
})

test('a caller that comes back when it was told to is admitted, however often it was refused', () => {
  const { ask, pass } = setUp()
  ask()
  ask()
  for (let time = 0; time < 5; time++) expect(ask()).toBe(60_000)
  pass(60_000)
  expect(ask()).toMatchObject({ 'x-ratelimit-limit-requests': '2' })
})

test('each model id has a limit of its own, and most have none', () => {
  const { ask, askUnlimited } = setUp()
  ask('limited')
  ask('limited')
  expect(ask('limited?ttft=5')).toMatchObject({ 'x-ratelimit-remaining-requests': '1' })
  for (let time = 0; time < 5; time++) expect(askUnlimited()).toEqual({})
})

test('of more than a thousand model ids the one called longest ago is forgotten', () => {
  const { ask } = setUp()
  for (let id = 0; id < 1_000; id++) ask(`limited?seed=${id}`)
  expect(ask('limited?seed=0')).toMatchObject({ 'x-ratelimit-remaining-requests': '0' })
  ask('limited')
  expect(ask('limited?seed=0')).toBe(60_000)
  expect(ask('limited?seed=1')).toMatchObject({ 'x-ratelimit-remaining-requests': '1' })
})
