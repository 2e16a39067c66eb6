/**
 * Tells all work for a call that it must stop, and why: an AbortSignal, with only the members that are used here.
 *
 * Hardly any call is stopped, and an AbortController would cost each call an event target, an event and its dispatch.
 */
export interface StopSignal {
  readonly aborted: boolean
  /** The error to end with. */
  readonly reason: unknown
  /** The listener is called once, at the abort, and never if the signal was aborted before. */
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export interface Stop {
  readonly signal: StopSignal
  /** Only the first abort counts. */
  abort(reason: Error): void
}

export function createStop(): Stop {
  // A running attempt or a wait: hardly ever more than one listener.
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
