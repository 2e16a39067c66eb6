/** Puts the gateway together: two servers that are not yet listening, and the search for model servers nearby. */
import type { Server } from 'node:http'
import type { Logger } from 'pino'
import { Agent } from 'undici'
import { createAdmission } from './admission/admission.ts'
import { openAudit } from './admission/audit.ts'
import { createAdmissionMetrics } from './admission/metrics.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config/load.ts'
import { createCostTable } from './ledger/cost.ts'
import { createLedger } from './ledger/ledger.ts'
import { createLogLine } from './ledger/log-line.ts'
import { createMetrics } from './ledger/metrics.ts'
import { createCatalogue } from './routing/catalogue.ts'
import { discover } from './routing/discover.ts'
import { createResolve } from './routing/resolve.ts'
import { type Arrival, arrivalDefault, createGatewayServer, createMetricsServer } from './server.ts'
import { type TargetSnapshot, toTargetSnapshots } from './upstream/target-snapshot.ts'
import { createTargetStates } from './upstream/target-states.ts'
import { type Wait, wait as waitFor } from './upstream/wait.ts'

export interface GatewayOptions {
  config: Config
  clock: Clock
  log: Logger
  isLoopback?: boolean
  bodyBytesMax?: number
  arrival?: Arrival
  /** In [0, 1); tests give a seed. */
  random?(): number
  wait?: Wait
}

export interface Gateway {
  server: Server
  metricsServer: Server
  /** Looks for model servers on this machine; `ownUrls` are none of them. Resolves when the search is over. */
  discover(ownUrls: readonly string[]): Promise<void>
  /** How every target stands; `GET /admin/targets` shows the same. */
  targets(): TargetSnapshot[]
  /** Ends open streams too: who stops the gateway does not want to wait for its answers. */
  close(): Promise<void>
}

/** Connections to one provider at a time; a further call waits for one, within its connect deadline. */
const connectionsPerOriginMax = 1_000

export function createGateway(options: GatewayOptions): Gateway {
  const {
    config,
    clock,
    log,
    isLoopback = true,
    bodyBytesMax = 4 * 1024 * 1024,
    arrival = arrivalDefault,
    random = Math.random,
    wait = waitFor,
  } = options
  const { timeouts, retry, circuitBreaker, isBreakerHeeded } = config
  // A pool per origin. HTTP/1.1: one call is one socket, so that to give a call up is to close its socket.
  const dispatcher = new Agent({
    allowH2: false,
    connections: connectionsPerOriginMax,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connect: { timeout: 60_000 },
  })
  const catalogue = createCatalogue(config, { startedAtS: Math.floor(clock.date().getTime() / 1000) })
  const states = createTargetStates(clock)
  const metrics = createMetrics(states)
  const door = createAdmissionMetrics(metrics.registry)
  const admission = createAdmission({ config: config.admission, clock, onRateLimited: door.rateLimited })
  const audit = openAudit({ config: config.admission.audit, clock, log, onLost: door.auditLost })
  const ledger = createLedger([metrics.read, door.read, createLogLine(log), audit.read], metrics.inFlight)
  const cost = createCostTable(clock)
  const resolve = createResolve({ catalogue, states, cost, clock, random })
  const parts = {
    admission,
    catalogue,
    resolve,
    states,
    dispatcher,
    ledger,
    cost,
    clock,
    random,
    wait,
    log,
    bodyBytesMax,
  }
  const server = createGatewayServer({ parts, isLoopback, arrival, onRefused: door.refused })
  const metricsServer = createMetricsServer(metrics.registry)

  return {
    server,
    metricsServer,
    discover: (ownUrls) =>
      discover({
        servers: config.discovery,
        policies: { timeouts, retry, circuitBreaker, isBreakerHeeded },
        catalogue,
        dispatcher,
        ownUrls,
        onFound: ({ name, baseUrl }, models) =>
          log.info({ server: name, baseUrl, models }, 'found a model server'),
      }),
    targets: () => toTargetSnapshots(parts),
    async close() {
      const closed = [server, metricsServer].map((each) => new Promise((resolve) => each.close(resolve)))
      server.closeAllConnections()
      metricsServer.closeAllConnections()
      await dispatcher.destroy()
      await Promise.all([...closed, audit.close()])
    },
  }
}
