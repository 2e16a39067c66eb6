/**
 * One attempt at one target: the request goes out, the answer's head comes back, its body follows as it arrives.
 *
 * Uses undici's dispatch rather than its streams: a read of the provider's socket reaches the relay in the same turn.
 * Whoever gives up (a deadline, the caller) closes the provider's socket at once, so that nothing more is billed.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { type BodyQueue, createBodyQueue } from './body-queue.ts'
import { createDeadlines, type Deadlines } from './deadlines.ts'
import { type Phase, toFailure } from './failure.ts'
import type { Target } from './target.ts'

export interface AttemptRequest {
  target: Target
  body: Uint8Array
  /** What of the caller's headers goes along. */
  headers: Readonly<Record<string, string>>
  isStream: boolean
  /** Aborted with the reason when the caller leaves or the call's time is over. */
  signal: AbortSignal
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  /** Throws what ended it, when that was not its end. Leaving it early closes the socket. */
  body: AsyncIterable<Uint8Array>
  /** The relay saw the first token: the deadline for it is met, silence counts from now on. */
  begun(): void
}

/** Rejects with a `GatewayError`, or with the signal's reason. A status of 400 and more is an answer like any other. */
export function openAttempt(dispatcher: Dispatcher, request: AttemptRequest): Promise<Answer> {
  const { target, signal } = request
  return new Promise((resolve, reject) => {
    let phase: Phase = 'connecting'
    let controller: Dispatcher.DispatchController | null = null
    let overBy: Error | null = null

    const close = () => {
      deadlines.clear()
      signal.removeEventListener('abort', onAbort)
    }
    const giveUp = (reason: Error) => {
      if (overBy) return
      overBy = reason
      close()
      controller?.abort(reason)
      body.fail(reason)
      reject(reason)
    }
    const onAbort = () => giveUp(signal.reason as Error)
    const deadlines: Deadlines = createDeadlines(
      target.timeouts,
      { provider: target.provider, hasFirstToken: request.isStream },
      giveUp,
    )
    const body: BodyQueue = createBodyQueue({
      onWaiting: deadlines.waiting,
      onDrained: () => controller?.resume(),
      onAbandoned: () => giveUp(abandoned),
    })
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort)

    dispatcher.dispatch(toDispatch(request), {
      onRequestStart(started) {
        // Given up while it waited for a connection: undici hands out the controller only now.
        if (overBy) return started.abort(overBy)
        controller = started
        phase = 'waiting'
        deadlines.connected()
      },
      onResponseStart(_controller, status, headers) {
        if (status < 200) return
        phase = 'reading'
        if (!request.isStream) deadlines.begun()
        resolve({ status, headers, body, begun: deadlines.begun })
      },
      onResponseData(reading, bytes) {
        deadlines.heard()
        if (body.push(bytes)) reading.pause()
      },
      onResponseEnd() {
        close()
        body.end()
      },
      onResponseError(_controller, error) {
        giveUp(toFailure(error, phase, target))
      },
    })
  })
}

/** Waits are bounded by our own deadlines, which tell a slow first token from a stalled stream; undici's are off. */
function toDispatch({ target, headers, body, isStream }: AttemptRequest): Dispatcher.DispatchOptions {
  return {
    origin: target.origin,
    path: target.path,
    method: 'POST',
    headers: { accept: isStream ? 'text/event-stream' : 'application/json', ...headers, ...target.headers },
    body,
    headersTimeout: 0,
    bodyTimeout: 0,
  }
}

/** Only ends the attempt; nobody is left to read it. */
const abandoned: Error = new Error('The rest of the answer is of no use.')
