/** Whether the books can be written, and how many calls were lost to them. */
import { Counter, Gauge, type Registry } from 'prom-client'

export interface BooksMetrics {
  lost(records: number): void
  /** `problem` is called whenever the metrics are read. */
  watch(problem: () => string | null): void
}

export function createBooksMetrics(registry: Registry): BooksMetrics {
  const registers = [registry]
  const lost = new Counter({
    name: 'gateway_books_lost_total',
    help: 'Calls that are missing in the books, because the books could not be written for too long.',
    registers,
  })
  return {
    lost: (records) => lost.inc(records),
    watch(problem) {
      new Gauge({
        name: 'gateway_books_up',
        help: '1 while the books can be written, 0 while they cannot. Calls go on, and are recorded later if it does not last too long.',
        registers,
        collect() {
          this.set(problem() === null ? 1 : 0)
        },
      })
    },
  }
}
