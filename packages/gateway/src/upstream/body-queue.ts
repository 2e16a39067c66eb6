/**
 * What the provider's socket delivers, waiting for the relay: pushed in by the parser, taken out in one piece a turn.
 *
 * All that one read of the socket brought comes out together, so that the caller gets it in one write. When the relay
 * waits for a slow caller, the queue fills up to its bound and then the socket is no longer read.
 */
export interface BodyQueue extends AsyncIterable<Uint8Array> {
  /** True when it is full: stop reading until `onDrained`. */
  push(bytes: Uint8Array): boolean
  end(): void
  fail(reason: Error): void
}

export interface BodyQueueEvents {
  /** The relay has taken everything and wants more: from now on the provider is waited for. */
  onWaiting(): void
  /** There is room again after `push` said that there is none. */
  onDrained(): void
  /** The relay takes nothing more, before the end. */
  onAbandoned(): void
}

/** Enough for a megabit of answer; a provider that is faster than its caller waits. */
const queueBytesMax = 256 * 1024

const over = { done: true, value: undefined } as const

type End = { state: 'open' } | { state: 'ended' } | { state: 'failed'; reason: Error }

export function createBodyQueue(events: BodyQueueEvents): BodyQueue {
  let parts: Uint8Array[] = []
  let bytes = 0
  let end: End = { state: 'open' }
  let wake = () => {}

  const close = (state: End) => {
    if (end.state !== 'open') return
    end = state
    wake()
  }
  const take = (): Uint8Array => {
    const taken = parts.length === 1 ? parts[0]! : Buffer.concat(parts, bytes)
    const wasFull = bytes >= queueBytesMax
    parts = []
    bytes = 0
    if (wasFull) events.onDrained()
    return taken
  }
  const next = (): Promise<IteratorResult<Uint8Array, undefined>> => {
    if (bytes > 0) return Promise.resolve({ done: false, value: take() })
    switch (end.state) {
      case 'ended':
        return Promise.resolve(over)
      case 'failed':
        return Promise.reject(end.reason)
      case 'open':
        events.onWaiting()
        // What comes in the same turn after the part that wakes is taken with it.
        return new Promise<void>((resolve) => {
          wake = resolve
        }).then(next)
    }
  }

  return {
    push(part) {
      parts.push(part)
      bytes += part.length
      wake()
      return bytes >= queueBytesMax
    },
    end: () => close({ state: 'ended' }),
    fail: (reason) => close({ state: 'failed', reason }),
    // Not a generator: each token comes through here, and each `yield` would be promises of its own.
    [Symbol.asyncIterator]: () => ({
      next,
      return() {
        if (end.state === 'open') events.onAbandoned()
        return Promise.resolve(over)
      },
    }),
  }
}
