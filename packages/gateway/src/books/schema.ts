/** The tables of the books, as kysely knows them. Money is a whole number of pico-dollars; booleans are 0 or 1. */
import type { Generated } from 'kysely'

export interface Schema {
  calls: CallsTable
  attempts: AttemptsTable
  holds: HoldsTable
  counts: { name: string }
  spent: SpentTable
}

export interface CallsTable {
  id: Generated<number>
  request_id: string
  at_ms: number
  caller: string | null
  tenant: string | null
  /** JSON; null when it has none. */
  tags: string | null
  model: string | null
  operation: string
  outcome: string
  status: number
  stream: number
  duration_ms: number
}

export interface AttemptsTable {
  call_id: number
  /** From 0. */
  number: number
  target: string
  provider: string
  model: string
  outcome: string
  status: number | null
  input_tokens: number | null
  output_tokens: number | null
  reasoning_tokens: number | null
  cached_tokens: number | null
  cache_write_tokens: number | null
  cost_pico: number | null
  unpriced: number
  estimated: number
}

/** Calls that ran under a hard budget when they were written. */
export interface HoldsTable {
  request_id: string
  /** Of the process that the call ran in. */
  instance: string
  at_ms: number
  caller: string
  tenant: string | null
  tags: string | null
  model: string
  target: string
  provider: string
  operation: string
  cost_pico: number
}

export interface SpentTable {
  count: string
  starts_at_ms: number
  subject: string
  /** As SQLite's 64 bits: up to nine million dollars. */
  pico: number
}
