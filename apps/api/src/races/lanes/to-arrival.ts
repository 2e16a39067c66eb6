/** The times of the response besides its text, for the lane's last event; null without a response. */
import type { Arrival } from '@drag-race/contracts'
import type { RaceClock } from '../race-clock.ts'
import type { AnswerReader } from './answer-reader.ts'
import type { Connection } from './connection.ts'
import type { Exchange } from './exchange.ts'

export function toArrival(
  { connection, exchange, reader }: { connection: Connection; exchange: Exchange; reader: AnswerReader },
  clock: RaceClock,
): Arrival | null {
  const { startNs, headersNs, firstByteNs, endNs, hasClosed } = exchange
  if (startNs === null || headersNs === null) return null
  const sinceStartMs = (stampNs: bigint) => reader.elapsedMs(clock.at(stampNs))
  return {
    connectMs: connection.connectMs,
    headersMs: sinceStartMs(headersNs),
    firstByteMs: firstByteNs === null ? null : sinceStartMs(firstByteNs),
    firstChoicesMs: reader.firstChoicesMs,
    lastChunkMs: reader.lastChunkMs,
    closeMs: hasClosed ? sinceStartMs(endNs) : null,
  }
}
