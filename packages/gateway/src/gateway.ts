/** Puts the gateway together: two servers that are not yet listening, and the search for model servers nearby. */
import type { Server } from 'node:http'
import type { Logger } from 'pino'
import type { ChatParts } from './chat.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config/load.ts'
import { createEngine } from './engine.ts'
import { discover } from './routing/discover.ts'
import { createGatewayServer, createMetricsServer } from './server.ts'
import { createSetup } from './setup.ts'
import { type TargetSnapshot, toTargetSnapshots } from './upstream/target-snapshot.ts'
import { type Wait, wait as waitFor } from './upstream/wait.ts'

export interface GatewayOptions {
  config: Config
  clock: Clock
  log: Logger
  isLoopback?: boolean
  bodyBytesMax?: number
  /** In [0, 1); tests give a seed. */
  random?(): number
  wait?: Wait
}

export interface Gateway {
  server: Server
  metricsServer: Server
  /** Looks for model servers on this machine; `ownUrls` are none of them. Resolves when the search is over. */
  discover(ownUrls: readonly string[]): Promise<void>
  /** How every target stands that a call has gone to. */
  targets(): TargetSnapshot[]
  /** Ends open streams too: who stops the gateway does not want to wait for its answers. */
  close(): Promise<void>
}

export function createGateway(options: GatewayOptions): Gateway {
  const {
    config,
    clock,
    log,
    isLoopback = true,
    bodyBytesMax = 4 * 1024 * 1024,
    random = Math.random,
    wait = waitFor,
  } = options
  const engine = createEngine({ clock, log, bodyBytesMax, random, wait })
  const { dispatcher, states, found, metrics, audit } = engine
  audit.use(config.admission.audit)
  const current: ChatParts = { ...engine, ...createSetup(config, engine) }
  const server = createGatewayServer({ current: () => current, isLoopback })
  const metricsServer = createMetricsServer(metrics.registry)

  return {
    server,
    metricsServer,
    discover: (ownUrls) =>
      discover({
        servers: config.discovery,
        dispatcher,
        ownUrls,
        onFound(foundServer, ids) {
          found.note(foundServer, ids)
          current.catalogue.add(found.of(current.config))
          const { name, baseUrl } = foundServer
          log.info({ server: name, baseUrl, models: ids.length }, 'found a model server')
        },
      }),
    targets: () => toTargetSnapshots(states),
    async close() {
      const closed = [server, metricsServer].map((each) => new Promise((resolve) => each.close(resolve)))
      server.closeAllConnections()
      metricsServer.closeAllConnections()
      await dispatcher.destroy()
      await Promise.all([...closed, audit.close()])
    },
  }
}
