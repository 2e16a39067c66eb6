/**
 * Why a call must stop, told to whoever works for it: an AbortSignal in the few members that are used here.
 *
 * Nearly no call is stopped, and an AbortController would cost each of them an event target, an event and its dispatch.
 */
export interface StopSignal {
  readonly aborted: boolean
  /** The error to end with. */
  readonly reason: unknown
  /** Called once, at the abort; never when it was aborted before. */
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export interface Stop {
  readonly signal: StopSignal
  /** A second time does nothing. */
  abort(reason: Error): void
}

export function createStop(): Stop {
  // An attempt that runs, or a wait: hardly ever more than one.
  let listeners: (() => void)[] = []
  const signal = {
    aborted: false,
    reason: null as unknown,
    addEventListener(_type: 'abort', listener: () => void) {
      listeners.push(listener)
    },
    removeEventListener(_type: 'abort', listener: () => void) {
      listeners = listeners.filter((each) => each !== listener)
    },
  }
  return {
    signal,
    abort(reason) {
      if (signal.aborted) return
      signal.aborted = true
      signal.reason = reason
      const told = listeners
      listeners = []
      for (const listener of told) listener()
    },
  }
}
