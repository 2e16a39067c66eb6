/**
 * Puts the gateway together: two servers that do not listen yet, the search for model servers on this machine, and the
 * one place where a config is replaced by another.
 */
import type { Server } from 'node:http'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { allBudgetRules } from './budgets/budget-rule.ts'
import type { ChatParts } from './chat.ts'
import type { Clock } from './clock.ts'
import type { Refused } from './config/config-status.ts'
import type { Config } from './config/load.ts'
import type { ConfigReading } from './config/read-config.ts'
import { type DrainTimes, drain, shutdown } from './drain.ts'
import { createEngine, type Engine } from './engine.ts'
import { createMetricsServer } from './metrics-server.ts'
import type { ProcessFacts } from './process-metrics.ts'
import { discover } from './routing/discover.ts'
import { type Arrival, arrivalDefault, createGatewayServer } from './server.ts'
import { createSetup, putInForce, type Setup } from './setup.ts'
import type { Tracing } from './tracing/tracing.ts'
import { type TargetSnapshot, toTargetSnapshots } from './upstream/target-snapshot.ts'
import { type Wait, wait as waitFor } from './upstream/wait.ts'

export interface GatewayOptions {
  config: Config
  /** The hash of the config's text. */
  configHash?: string
  /** Warnings from reading the config. */
  configWarnings?: readonly string[]
  clock: Clock
  log: Logger
  /** For the metrics; without it they tell nothing about the process. */
  processFacts?: ProcessFacts | null
  /** Host names that are accepted besides those of the loopback; null: any, because it serves other machines. */
  allowedHosts?: readonly string[] | null
  /** The file of the books; null keeps none. */
  booksPath?: string | null
  arrival?: Arrival
  /** In [0, 1); tests give a seed. */
  random?(): number
  wait?: Wait
  tracing?: Tracing | null
}

export interface Gateway {
  server: Server
  metricsServer: Server
  /** Looks for model servers on this machine, other than `ownUrls`. Resolves when the search is over. */
  discover(ownUrls: readonly string[]): Promise<void>
  /** Resolves when the budgets know what was spent before: only then should calls come in. It never rejects. */
  ready(): Promise<void>
  /**
   * The config was read again. A good one takes effect with the next call, and running calls keep the old one; a bad
   * one changes nothing. Both are logged. The same text as before changes nothing either.
   */
  reload(reading: ConfigReading): void
  /** The state of every target, as `GET /admin/targets` shows it. */
  targets(): TargetSnapshot[]
  /** Lets running calls finish, and ends the rest with an error; call `close` then. Both can be called at any time. */
  drain(times: DrainTimes): Promise<void>
  /** Closes at once, with all connections, whatever is on them. Resolves when the books are written. */
  close(): Promise<void>
}

/** How long `close` waits for calls to end. Without their connections they should end at once. */
const lastCallsMsMax = 1_000

export function createGateway(options: GatewayOptions): Gateway {
  const {
    config,
    configHash = '',
    configWarnings = [],
    clock,
    log,
    processFacts = null,
    allowedHosts = [],
    booksPath = null,
    arrival = arrivalDefault,
    random = Math.random,
    wait = waitFor,
    tracing = null,
  } = options
  const engine = createEngine({
    clock,
    log,
    booksPath,
    random,
    wait,
    tracing,
    processFacts,
  })
  const { connections, found, metrics, audit, configStatus } = engine
  let current: ChatParts
  let ownUrls: readonly string[] | null = null
  let reloads = 0

  const use = (setup: Setup, hash: string, warnings: readonly string[]) => {
    current = { ...engine, ...setup }
    putInForce(setup, engine)
    engine.budgets.use(allBudgetRules(setup.config.admission))
    configStatus.applied(hash, warnings)
  }
  const search = async () => {
    if (!ownUrls) return
    await discover({
      servers: current.config.discovery,
      dispatcher: connections.dispatcher,
      ownUrls,
      onFound(foundServer, ids) {
        found.note(foundServer, ids)
        current.catalogue.add(found.of(current.config))
        putInForce(current, engine)
        const { name, baseUrl } = foundServer
        log.info({ server: name, baseUrl, models: ids.length }, 'found a model server')
      },
    })
  }
  use(createSetup(config, engine), configHash, configWarnings)
  const server = createGatewayServer({
    current: () => current,
    allowedHosts,
    arrival,
    onRefused: engine.onRefused,
    log,
  })
  const metricsServer = createMetricsServer(metrics.registry, engine.readiness, log)

  return {
    server,
    metricsServer,
    ready: () => engine.budgets.prepare(allBudgetRules(config.admission)),
    discover(urls) {
      ownUrls = urls
      return search()
    },
    reload(reading) {
      const number = ++reloads
      const { hash, warnings } = reading
      const { hash: inForce, refused } = configStatus.describe()
      if (hash === inForce) {
        if (refused !== null) log.warn({ hash }, 'gateway.yaml is the config in force again')
        return configStatus.unchanged()
      }
      if (refused !== null && isSame(reading, refused)) return
      const read = toSetup(reading, engine)
      if (read.setup === null) {
        configStatus.refused(hash, read.faults)
        log.error(
          { faults: read.faults, warnings },
          'gateway.yaml has changed and is refused; the config in force stays',
        )
        return
      }
      const apply = () => {
        // The file was written again meanwhile.
        if (number !== reloads) return
        use(read.setup, hash ?? '', warnings)
        log.warn({ hash, warnings }, 'gateway.yaml has changed and takes effect with the next call')
        void search()
      }
      const rules = allBudgetRules(read.setup.config.admission)
      // What was spent under new budgets is read first. Otherwise their next calls would have to be refused.
      if (rules.length === 0) apply()
      else void engine.budgets.prepare(rules).then(apply)
    },
    targets: () => toTargetSnapshots(current),
    drain: (times) => drain(server, engine.running, engine.readiness, times),
    async close() {
      const closed = [server, metricsServer].map((each) => new Promise((resolve) => each.close(resolve)))
      engine.running.endAll(shutdown)
      // So that the errors are sent before their connections close.
      await setImmediate()
      server.closeAllConnections()
      metricsServer.closeAllConnections()
      await connections.close()
      // Calls that were cut off here must be in the books too.
      const isOver = Promise.all([...closed, engine.running.none()])
      await Promise.race([isOver, setTimeout(lastCallsMsMax, undefined, { ref: false })])
      engine.budgets.close()
      await Promise.all([audit.close(), engine.books.close(), tracing?.close()])
    },
  }
}

/** A file that cannot be read has no hash: there the reason must be the same. */
function isSame(reading: ConfigReading, { hash, faults }: Refused): boolean {
  if (reading.hash !== null) return reading.hash === hash
  return hash === null && !reading.isValid && reading.faults.join() === faults.join()
}

type SetupRead = { setup: Setup } | { setup: null; faults: string[] }

function toSetup(reading: ConfigReading, engine: Engine): SetupRead {
  if (!reading.isValid) return { setup: null, faults: reading.faults }
  try {
    return { setup: createSetup(reading.config, engine) }
  } catch (error) {
    // An error that no check has foreseen. At the start it would end the process, but here other calls are running.
    return { setup: null, faults: [(error as Error).message] }
  }
}
