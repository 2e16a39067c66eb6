import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createStop } from '../stop.ts'
import { wait } from './wait.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const left = new Error('The caller has left.')

test('a wait for a call that was stopped ends at once, and leaves no timer', async () => {
  const { signal, abort } = createStop()
  const waiting = wait(60_000, signal)
  abort(left)
  await expect(waiting).rejects.toBe(left)
  await expect(wait(60_000, signal)).rejects.toBe(left)
  expect(vi.getTimerCount()).toBe(0)
})
