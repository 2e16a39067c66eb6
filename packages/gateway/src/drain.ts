/**
 * How the gateway stops. First it says that it is not ready, so that load balancers look elsewhere. Then it accepts no
 * new connections and lets running calls finish. Calls that still run at the deadline end with an error of their own,
 * so that no caller takes a part of an answer for the whole.
 */
import type { Server } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { GatewayError } from './errors.ts'
import type { RunningCalls } from './running-calls.ts'

export interface Readiness {
  /** Why the gateway is not ready; null if it is. */
  whyNot(): string | null
  isDraining(): boolean
  drain(): void
}

export interface DrainTimes {
  /** How long it says that it is not ready, but still takes new calls. */
  delayMs: number
  /** How long running calls have after that. */
  deadlineMs: number
}

/** `problem`: why the gateway is not ready though it runs; null when it is. */
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

/** How soon a connection is closed after its answer is whole. */
const idleLookMs = 50
/** How long callers have to read the error that ended their answer. */
const lastWordsMsMax = 1_000

/** Resolves when no call runs. The connection of a caller that does not read can still be open then. */
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
  // A keep-alive connection would hold the server open for a minute after its last answer.
  const closing = setInterval(() => server.closeIdleConnections(), idleLookMs)
  const isOver = Promise.all([closed, running.none()])
  await Promise.race([isOver, setTimeout(deadlineMs, undefined, { ref: false })])
  running.endAll(shutdown)
  await Promise.race([isOver, setTimeout(lastWordsMsMax, undefined, { ref: false })])
  clearInterval(closing)
}

/** Made once, because it is the same for every call. */
export const shutdown = new GatewayError(
  'gateway_shutdown',
  'The gateway is shutting down, and this answer is not complete. Send the request again.',
)
