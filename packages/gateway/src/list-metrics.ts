/** Every metric that a gateway has, from the registry of one that nobody calls: for docs/gateway-metrics.md. */
import { pino } from 'pino'
import { createEngine } from './engine.ts'

export interface MetricDescription {
  name: string
  help: string
  type: string
  labelNames: readonly string[]
}

/** By name. */
export function listMetrics(): MetricDescription[] {
  const { metrics } = createEngine({
    clock: { monotonicMs: () => 0, date: () => new Date(0) },
    log: pino({ level: 'silent' }),
    // Opened when a call is booked: never.
    booksPath: 'none.db',
    random: () => 0,
    wait: async () => {},
    tracing: null,
    processFacts: { version: '', lostLogLines: () => 0 },
  })
  // prom-client keeps type and labels on a metric, and has no types for them.
  const listed = metrics.registry.getMetricsAsArray() as unknown as MetricDescription[]
  return listed.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
