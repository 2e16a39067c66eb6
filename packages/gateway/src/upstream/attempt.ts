/**
 * One attempt at one target: the request goes out, the answer's head comes back, its body follows as it arrives.
 *
 * It uses undici's dispatch rather than its streams, so that a read of the provider's socket reaches the relay in the
 * same turn. When a deadline or the caller ends the attempt, the provider's socket is closed at once, so that nothing
 * more is billed.
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
  /** The headers that are passed on, beside those of the target. */
  headers: Readonly<Record<string, string>>
  isStream: boolean
  /** Aborted, with the reason, when the caller leaves or the call's time is over. */
  signal: StopSignal
  /** The request is on a connection: from now on the provider can read it, and bill it. */
  onSent(): void
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  /** Throws the error that ended it early, if one did. Leaving the loop before the end closes the socket. */
  body: AsyncIterable<Uint8Array>
  /** The relay saw the answer begin: the first-token deadline is met, the idle deadline applies from now on. */
  begun(): void
  /** The relay saw the end of the answer: the provider has a second to end the body. */
  done(): void
}

/** Rejects with a `GatewayError`, or with the signal's reason. An answer with a status of 400 or more resolves too. */
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
    // A connection that was just opened has taken the request by now; an idle one takes it in a later turn.
    if (running.phase === 'connecting' && !running.overBy) deadlines.connecting()
  })
}

interface Running {
  phase: Phase
  /** null until the request is on a connection. */
  controller: Dispatcher.DispatchController | null
  /** Why the attempt was given up; null as long as it was not. */
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
      // The attempt was given up while it waited for a connection: undici hands out the controller only now.
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

/** Our own deadlines tell a slow first token from a stalled stream, so undici's are off. */
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

/** It only ends the attempt; nobody reads the message. */
const abandoned: Error = new Error('The rest of the answer is not needed.')
