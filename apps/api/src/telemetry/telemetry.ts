/**
 * What the gateway itself counts, as rows of provider and model: now, and since a race began.
 *
 * Races and routes share one: a race leaves its first reading here, and a route subtracts it.
 */
import type { GatewayRow, GatewayStats } from '@drag-race/contracts'
import type { AppContext } from '../app-context.ts'
import { isOwnGateway } from '../own-gateway.ts'
import { added } from './added.ts'
import { toBudgets } from './budgets.ts'
import { detectDialect } from './dialects.ts'
import { type CountedRow, toGatewayRow, toGatewayRows } from './gateway-rows.ts'
import { toOverhead } from './overhead.ts'
import { type MetricsLimits, metricsLimits, readMetrics, withoutSecrets } from './read-metrics.ts'
import { toTargets } from './targets.ts'

export interface Telemetry {
  /**
   * Reads the gateway's metrics now; null when they cannot be read. The rows are kept as the start of the race
   * `startOf`, for `?race=` while it runs. Takes up to two seconds, so no race waits for it before its green light.
   */
  snapshot(startOf?: string): Promise<CountedRow[] | null>
  /** Pure. What was counted between two snapshots. */
  added(before: readonly CountedRow[], after: readonly CountedRow[]): GatewayRow[]
  /** The panel's figures, without those of a race. Requests at the same moment share one reading. */
  read(): Promise<TelemetryReading>
  /** What a running race has added by now; null when its start was not read. */
  addedSince(raceId: string, now: readonly CountedRow[]): GatewayRow[] | null
}

export interface TelemetryReading {
  stats: Omit<GatewayStats, 'added'>
  rows: CountedRow[]
}

/** Races run for minutes. When there are more starts than these, the oldest is dropped. */
const startsMax = 100

export function createTelemetry(context: AppContext, limits = metricsLimits): Telemetry {
  const starts = new Map<string, CountedRow[]>()
  let underWay: Promise<TelemetryReading> | null = null

  return {
    async snapshot(startOf) {
      // Not the shared reading, which can have begun before the last call of the race was counted.
      const { stats, rows } = await readGateway(context, limits)
      if (stats.dialect === 'unknown') return null
      if (startOf !== undefined) keepStart(starts, startOf, rows)
      return rows
    },
    added,
    read() {
      underWay ??= readGateway(context, limits).finally(() => {
        underWay = null
      })
      return underWay
    },
    addedSince(raceId, now) {
      const start = starts.get(raceId)
      return start ? added(start, now) : null
    },
  }
}

function keepStart(starts: Map<string, CountedRow[]>, raceId: string, rows: CountedRow[]) {
  starts.set(raceId, rows)
  const oldest = starts.keys().next().value
  if (starts.size > startsMax && oldest !== undefined) starts.delete(oldest)
}

async function readGateway(context: AppContext, limits: MetricsLimits): Promise<TelemetryReading> {
  const { gateway } = context
  const [{ metrics, problem }, isOwn] = await Promise.all([
    readMetrics(gateway, limits),
    isOwnGateway(context),
  ])
  const dialect = metrics && detectDialect(metrics.names)
  const rows = dialect ? toGatewayRows(metrics.samples, dialect) : []
  // Of a page of another program it does not matter that some of its lines are broken.
  const unread = metrics?.names.size ? null : problem
  return {
    rows,
    stats: {
      gatewayUrl: gateway.url,
      metricsUrl: withoutSecrets(gateway.metricsUrl),
      isBuiltIn: isOwn,
      readAt: context.now().toISOString(),
      problem: dialect ? problem : (unread ?? unknownDialect),
      dialect: dialect?.name ?? 'unknown',
      rows: rows.map(toGatewayRow),
      overhead: dialect ? toOverhead(metrics.samples, dialect.overhead) : null,
      targets: dialect ? toTargets(metrics.samples, dialect.targets) : null,
      budgets: dialect ? toBudgets(metrics.samples, dialect.budgets) : null,
    },
  }
}

const unknownDialect =
  'These metrics come from no gateway that the app knows: it reads the built-in one, agentgateway, LiteLLM, Bifrost and vLLM. ' +
  'Some show their metrics only after the first call: start a race, or point GATEWAY_METRICS_URL at the right page.'
