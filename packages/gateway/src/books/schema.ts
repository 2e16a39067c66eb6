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
  /** JSON; null when the call has no tags. */
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
  /** Of the attempts of a call, counted from 0. */
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

/** Calls under a hard budget that were running when this was written. */
export interface HoldsTable {
  request_id: string
  /** The id of the process in which the call ran. */
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
  /** SQLite has 64 bits for it: up to nine million dollars. */
  pico: number
}
