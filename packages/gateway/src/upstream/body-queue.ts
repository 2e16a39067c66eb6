/**
 * An answer's bytes between the provider's socket and the relay: the HTTP parser pushes them, the relay takes them.
 *
 * All bytes of one read of the socket are taken in one piece, so that the caller gets them in one write. While the
 * relay waits for a slow caller, the queue fills up to its bound; then the socket is not read until there is room.
 */
export interface BodyQueue extends AsyncIterable<Uint8Array> {
  /** True when the queue is full: stop reading the socket until `onDrained`. */
  push(bytes: Uint8Array): boolean
  end(): void
  fail(reason: Error): void
}

export interface BodyQueueEvents {
  /** The relay has taken everything: from now on it waits for the provider. */
  onWaiting(): void
  /** There is room again, after `push` had returned true. */
  onDrained(): void
  /** The relay stopped reading before the end. */
  onAbandoned(): void
}

/** Two megabits of answer; a provider that is further ahead of the caller waits. */
const queueBytesMax = 256 * 1024

const over = { done: true, value: undefined } as const

type End = { state: 'open' } | { state: 'ended' } | { state: 'failed'; reason: Error }

export function createBodyQueue(events: BodyQueueEvents): BodyQueue {
  return new Queue(events)
}

/**
 * A class, so that a stream holds one object here, which is its own iterator, and not a dozen closures. Not a generator
 * either: each token comes through here, and each `yield` would create promises of its own.
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
    // An empty part would wake the relay for nothing.
    if (part.length === 0) return false
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
    if (this.#bytes > 0 || this.#end.state === 'ended') return Promise.resolve(this.#result())
    if (this.#end.state === 'failed') return Promise.reject(this.#end.reason)
    this.#events.onWaiting()
    // Parts that arrive in the same turn after the first one are taken together with it.
    return new Promise<void>((resolve) => {
      this.#wake = resolve
    }).then(this.#result)
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#end.state === 'open') this.#events.onAbandoned()
    return Promise.resolve(over)
  }

  /**
   * What there is, once there is something. A value and not a promise of one: a promise that resolves to a promise costs
   * each token two more turns of the microtask queue.
   */
  readonly #result = (): IteratorResult<Uint8Array, undefined> => {
    if (this.#bytes > 0) return { done: false, value: this.#take() }
    if (this.#end.state === 'failed') throw this.#end.reason
    return over
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
