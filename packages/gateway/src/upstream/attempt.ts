/**
 * One attempt at one target: the request goes out, the answer's head comes back, its body follows as it arrives.
 *
 * Uses undici's dispatch rather than its streams: a read of the provider's socket reaches the relay in the same turn.
 * Whoever gives up (a deadline, the caller) closes the provider's socket at once, so that nothing more is billed.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { StopSignal } from '../stop.ts'
import { type BodyQueue, createBodyQueue } from './body-queue.ts'
import { toOddStatus } from './broken-http.ts'
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
  signal: StopSignal
  /** The request is on a connection: the provider may read it, and bill it, from here on. */
  onSent(): void
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  /** Throws what ended it, when that was not its end. Leaving it early closes the socket. */
  body: AsyncIterable<Uint8Array>
  /** The relay saw the answer begin: the deadline for it is met, silence counts from now on. */
  begun(): void
  /** The relay saw its end: the provider has a moment to close. */
  done(): void
}

/** Rejects with a `GatewayError`, or with the signal's reason. A status of 400 and more is an answer like any other. */
export function openAttempt(dispatcher: Dispatcher, request: AttemptRequest): Promise<Answer> {
  const { target, signal, isStream } = request
  return new Promise((resolve, reject) => {
    const close = () => {
      deadlines.clear()
      signal.removeEventListener('abort', onAbort)
    }
    const giveUp = (reason: Error) => {
      if (running.overBy) return
      running.overBy = reason
      close()
      running.controller?.abort(reason)
      running.body.fail(reason)
      reject(reason)
    }
    const onAbort = () => giveUp(signal.reason as Error)
    const deadlines = createDeadlines(target, isStream, giveUp)
    const running: Running = {
      phase: 'connecting',
      controller: null,
      overBy: null,
      deadlines,
      body: createBodyQueue({
        onWaiting: deadlines.waiting,
        onDrained: () => running.controller?.resume(),
        onAbandoned: () => giveUp(abandoned),
      }),
    }
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort)
    dispatcher.dispatch(toDispatch(request), toHandler(request, running, { resolve, giveUp, close }))
    // Mostly a connection stands already and has taken the request.
    if (running.phase === 'connecting' && !running.overBy) deadlines.connecting()
  })
}

interface Running {
  phase: Phase
  /** null until the request is on a connection. */
  controller: Dispatcher.DispatchController | null
  /** Set once it was given up. */
  overBy: Error | null
  deadlines: Deadlines
  body: BodyQueue
}

interface Endings {
  resolve(answer: Answer): void
  giveUp(reason: Error): void
  close(): void
}

function toHandler(
  { target, isStream, onSent }: AttemptRequest,
  running: Running,
  { resolve, giveUp, close }: Endings,
): Dispatcher.DispatchHandler {
  const { deadlines, body } = running
  return {
    onRequestStart(controller) {
      // Given up while it waited for a connection: undici hands out the controller only now.
      if (running.overBy) return controller.abort(running.overBy)
      running.controller = controller
      running.phase = 'waiting'
      onSent()
      deadlines.connected()
    },
    onResponseStart(_controller, status, headers) {
      if (status < 200) return
      if (status > 599) return giveUp(toOddStatus(status, target))
      running.phase = 'reading'
      if (!isStream) deadlines.begun()
      resolve({ status, headers, body, begun: deadlines.begun, done: deadlines.done })
    },
    onResponseData(controller, bytes) {
      deadlines.heard()
      if (body.push(bytes)) controller.pause()
    },
    onResponseEnd() {
      close()
      body.end()
    },
    onResponseError(_controller, error) {
      giveUp(toFailure(error, running.phase, target))
    },
  }
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
