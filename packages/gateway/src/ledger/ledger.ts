/** Each call has one record. Metrics, log and books are readers of records; nothing is counted while a call runs. */
import type { Logger } from 'pino'
import type { CallRecord } from './record.ts'

export type RecordReader = (record: CallRecord) => void

export interface Ledger {
  /** A call has begun. */
  open(): void
  /** The call is over: its record goes to every reader, once. */
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
          // A fault in one reader, such as the metrics, must not lose the call for another, such as the books.
          const { requestId } = record
          log.error(
            { requestId, err: error },
            'a fault of the gateway: a reader of call records failed, and misses this call',
          )
        }
      }
    },
  }
}
