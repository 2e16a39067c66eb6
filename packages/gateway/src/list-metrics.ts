/** Every metric of the gateway, from the registry of an engine that serves no calls: for docs/gateway-metrics.md. */
import { pino } from 'pino'
import { createEngine } from './engine.ts'

export interface MetricDescription {
  name: string
  help: string
  type: string
  labelNames: readonly string[]
}

/** Sorted by name. */
export function listMetrics(): MetricDescription[] {
  const { metrics } = createEngine({
    clock: { monotonicMs: () => 0, date: () => new Date(0) },
    log: pino({ level: 'silent' }),
    // The file is only opened when a call is booked, which never happens here.
    booksPath: 'none.db',
    random: () => 0,
    wait: async () => {},
    tracing: null,
    processFacts: { version: '', lostLogLines: () => 0 },
  })
  // prom-client keeps type and labels on a metric, but does not declare them.
  const listed = metrics.registry.getMetricsAsArray() as unknown as MetricDescription[]
  return listed.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
