/**
 * How the gateway leaves. First it says that it is not ready, so that load balancers look elsewhere; then it takes no
 * connection any more and lets what runs come to its end; what still runs at the deadline ends with an error of its own,
 * so that no caller takes a part for the whole.
 */
import type { Server } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { GatewayError } from './errors.ts'
import type { RunningCalls } from './running-calls.ts'

export interface Readiness {
  /** null: it is. */
  whyNot(): string | null
  isDraining(): boolean
  drain(): void
}

export interface DrainTimes {
  /** Not ready, but still taking new calls. */
  delayMs: number
  /** From then on, for what runs. */
  deadlineMs: number
}

/** `problem`: why it cannot keep its promises just now, though it lives; null when it can. */
export function createReadiness(problem: () => string | null): Readiness {
  let isDraining = false
  return {
    whyNot: () => (isDraining ? 'The gateway is shutting down: it takes no new calls.' : problem()),
    isDraining: () => isDraining,
    drain() {
      isDraining = true
    },
  }
}

/** A connection whose answer is whole is closed this soon after it. */
const idleLookMs = 50
/** Callers have so long to read the error that ended their answer. */
const lastWordsMsMax = 1_000

/** Resolves when no call runs; connections may still be open where a caller does not read. */
export async function drain(
  server: Server,
  running: RunningCalls,
  readiness: Readiness,
  { delayMs, deadlineMs }: DrainTimes,
): Promise<void> {
  readiness.drain()
  await setTimeout(delayMs, undefined, { ref: false })
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  running.sayGoodbye()
  // A connection that is kept alive would hold the server open for a minute after its last answer.
  const closing = setInterval(() => server.closeIdleConnections(), idleLookMs)
  const isOver = Promise.all([closed, running.none()])
  await Promise.race([isOver, setTimeout(deadlineMs, undefined, { ref: false })])
  running.endAll(shutdown)
  await Promise.race([isOver, setTimeout(lastWordsMsMax, undefined, { ref: false })])
  clearInterval(closing)
}

/** Made once: it is the same for every call. */
export const shutdown = new GatewayError(
  'gateway_shutdown',
  'The gateway is shutting down, and this answer is not complete. Send the request again.',
)
