/** What the metrics tell of the process itself. */
import { Counter, type Registry } from 'prom-client'

export interface ProcessFacts {
  /** Since the start. */
  lostLogLines(): number
}

export function createProcessMetrics(registry: Registry, { lostLogLines }: ProcessFacts): void {
  new Counter({
    name: 'gateway_log_lines_lost_total',
    help: 'Lines that are in no log, because standard error could not be written for too long.',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(lostLogLines())
    },
  })
}
