/** One call, one record. Whoever wants to know of calls reads records; nobody counts along the way. */
import type { Logger } from 'pino'
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
  log: Logger,
): Ledger {
  return {
    open: () => inFlight.inc(),
    settle(record) {
      inFlight.dec()
      for (const read of readers) {
        try {
          read(record)
        } catch (error) {
          // Who writes the books must not lose a call by a fault of who counts it.
          const { requestId } = record
          log.error({ requestId, err: error }, 'a call is not told everywhere, by a fault of the gateway')
        }
      }
    },
  }
}
