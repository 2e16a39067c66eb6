/** The calls that run now: for whoever stops the gateway, and must not leave one of them looking complete. */
import { createBag } from './bag.ts'
import type { Call } from './call.ts'

export interface RunningCalls {
  add(call: Call): void
  delete(call: Call): void
  /** Answers that have not begun will ask their callers for another connection the next time. */
  sayGoodbye(): void
  /** Each ends with this error, whatever it was doing. */
  endAll(error: Error): void
  /** Resolves when none is left. */
  none(): Promise<void>
}

export function createRunningCalls(): RunningCalls {
  // As many as there are connections, which `server.ts` bounds.
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
