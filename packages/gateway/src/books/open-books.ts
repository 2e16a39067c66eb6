/** The books in a file: a thread that writes, metrics that tell whether it can. */
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Clock } from '../clock.ts'
import { type Books, createBooks } from './books.ts'
import { createBooksMetrics } from './books-metrics.ts'
import { createBooksThread } from './books-thread.ts'
import { noBooks } from './no-books.ts'

export interface OpenBooksOptions {
  /** null: there are none. */
  path: string | null
  clock: Clock
  log: Logger
  registry: Registry
}

/** The file itself is opened when it is first needed: what stands in the way is the thread's answer, and no fault of a call. */
export function openBooks({ path, clock, log, registry }: OpenBooksOptions): Books {
  if (path === null) return noBooks
  const thread = createBooksThread({ path, instance: randomUUID() })
  const metrics = createBooksMetrics(registry)
  const books = createBooks({ ...thread, clock, log, onLost: metrics.lost })
  metrics.watch(books.problem)
  return books
}
