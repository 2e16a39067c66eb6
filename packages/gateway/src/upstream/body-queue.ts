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

type End = { state: 'open' } | { state: 'ended' } | { state: 'failed'; reason: Error }

export function createBodyQueue(events: BodyQueueEvents): BodyQueue {
  let parts: Uint8Array[] = []
  let bytes = 0
  let end: End = { state: 'open' }
  let waiter: (() => void) | null = null

  const wake = () => {
    waiter?.()
    waiter = null
  }
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

  return {
    push(part) {
      parts.push(part)
      bytes += part.length
      wake()
      return bytes >= queueBytesMax
    },
    end: () => close({ state: 'ended' }),
    fail: (reason) => close({ state: 'failed', reason }),
    async *[Symbol.asyncIterator]() {
      try {
        while (true) {
          if (bytes > 0) {
            yield take()
            continue
          }
          if (end.state === 'ended') return
          if (end.state === 'failed') throw end.reason
          events.onWaiting()
          await new Promise<void>((resolve) => {
            waiter = resolve
          })
        }
      } finally {
        if (end.state === 'open') events.onAbandoned()
      }
    },
  }
}
