/** Whether the books are written, and what is in none. */
import { Counter, Gauge, type Registry } from 'prom-client'

export interface BooksMetrics {
  lost(records: number): void
  /** Asked whenever the metrics are read. */
  watch(problem: () => string | null): void
}

export function createBooksMetrics(registry: Registry): BooksMetrics {
  const registers = [registry]
  const lost = new Counter({
    name: 'gateway_books_lost_total',
    help: 'Calls that are in no books, because these could not be written for too long.',
    registers,
  })
  return {
    lost: (records) => lost.inc(records),
    watch(problem) {
      new Gauge({
        name: 'gateway_books_up',
        help: '1 while the books can be written, 0 while they cannot: calls go on, and are booked later if that is soon.',
        registers,
        collect() {
          this.set(problem() === null ? 1 : 0)
        },
      })
    },
  }
}
