/** One call, one record. Whoever wants to know of calls reads records; nobody counts along the way. */
import type { CallRecord } from './record.ts'

export type RecordReader = (record: CallRecord) => void

export interface Ledger {
  /** A call has begun. */
  open(): void
  /** It is over: its record goes to every reader, once. */
  settle(record: CallRecord): void
}

export function createLedger(
  readers: readonly RecordReader[],
  inFlight: { inc(): void; dec(): void },
): Ledger {
  return {
    open: () => inFlight.inc(),
    settle(record) {
      inFlight.dec()
      for (const read of readers) read(record)
    },
  }
}
