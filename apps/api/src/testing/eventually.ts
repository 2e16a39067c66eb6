import { vi } from 'vitest'

/** Repeats the check until it passes. Throws its last error before the test's own timeout, which would not say why. */
export function eventually<Value>(check: () => Promise<Value> | Value): Promise<Value> {
  return vi.waitFor(check, { timeout: 20_000, interval: 10 })
}
