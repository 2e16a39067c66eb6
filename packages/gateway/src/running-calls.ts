/** The calls that run now. When the gateway stops, each must end with an error, so that none looks complete. */
import { createBag } from './bag.ts'
import type { Call } from './call.ts'

export interface RunningCalls {
  add(call: Call): void
  delete(call: Call): void
  /** Answers that have not begun will tell their callers to open another connection next time. */
  sayGoodbye(): void
  /** Ends each call with this error, whatever it is doing. */
  endAll(error: Error): void
  /** Resolves when no call is left. */
  none(): Promise<void>
}

export function createRunningCalls(): RunningCalls {
  // At most as many as there are connections, which `server.ts` bounds.
  const calls = createBag<Call>()
  let waiting: (() => void)[] = []
  return {
    add: calls.add,
    delete(call) {
      calls.delete(call)
      if (calls.size > 0) return
      for (const resolve of waiting) resolve()
      waiting = []
    },
    sayGoodbye() {
      for (const { response } of calls.list()) response.shouldKeepAlive = false
    },
    endAll(error) {
      for (const call of calls.list()) call.end(error)
    },
    none: () => new Promise((resolve) => (calls.size === 0 ? resolve() : waiting.push(resolve))),
  }
}
