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
  return new Queue(events)
}

/**
 * A class, so that a stream holds one object here and not a dozen closures, and its iterator is itself. Not a generator either:
 * each token comes through here, and each `yield` would be promises of its own.
 */
class Queue implements BodyQueue, AsyncIterator<Uint8Array, undefined> {
  readonly #events: BodyQueueEvents
  #parts: Uint8Array[] = []
  #bytes = 0
  #end: End = { state: 'open' }
  #wake: (() => void) | null = null

  constructor(events: BodyQueueEvents) {
    this.#events = events
  }

  push(part: Uint8Array): boolean {
    this.#parts.push(part)
    this.#bytes += part.length
    this.#wake?.()
    return this.#bytes >= queueBytesMax
  }

  end(): void {
    this.#close({ state: 'ended' })
  }

  fail(reason: Error): void {
    this.#close({ state: 'failed', reason })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#bytes > 0) return Promise.resolve({ done: false, value: this.#take() })
    const end = this.#end
    switch (end.state) {
      case 'ended':
        return Promise.resolve(over)
      case 'failed':
        return Promise.reject(end.reason)
      case 'open':
        this.#events.onWaiting()
        // What comes in the same turn after the part that wakes is taken with it.
        return new Promise<void>((resolve) => {
          this.#wake = resolve
        }).then(() => this.next())
    }
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#end.state === 'open') this.#events.onAbandoned()
    return Promise.resolve(over)
  }

  #close(state: End): void {
    if (this.#end.state !== 'open') return
    this.#end = state
    this.#wake?.()
  }

  #take(): Uint8Array {
    const parts = this.#parts
    const taken = parts.length === 1 ? parts[0]! : Buffer.concat(parts, this.#bytes)
    const wasFull = this.#bytes >= queueBytesMax
    this.#parts = []
    this.#bytes = 0
    if (wasFull) this.#events.onDrained()
    return taken
  }
}
