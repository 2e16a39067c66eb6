import { vi } from 'vitest'

/** Tries again until it holds. Throws what it threw last, before the test's own limit says only that time is over. */
export function eventually<Value>(check: () => Promise<Value> | Value): Promise<Value> {
  return vi.waitFor(check, { timeout: 20_000, interval: 10 })
}
