/** Puts the books together: the thread that writes them, and the metrics that say whether it can. */
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Clock } from '../clock.ts'
import { type Books, createBooks } from './books.ts'
import { createBooksMetrics } from './books-metrics.ts'
import { createBooksThread } from './books-thread.ts'
import { noBooks } from './no-books.ts'

export interface OpenBooksOptions {
  /** null: no books are kept. */
  path: string | null
  clock: Clock
  log: Logger
  registry: Registry
}

/** The thread opens the file when it is first needed. If it cannot, its answers say why, and no call fails for it. */
export function openBooks({ path, clock, log, registry }: OpenBooksOptions): Books {
  if (path === null) return noBooks
  const thread = createBooksThread({ path, instance: randomUUID() })
  const metrics = createBooksMetrics(registry)
  const books = createBooks({ ...thread, clock, log, onLost: metrics.lost })
  metrics.watch(books.problem)
  return books
}
