/**
 * What the gateway says about a call that failed: its report of the attempts, and the request id that finds the call in
 * its log. Empty when it never answered.
 */
import { type GatewayReport, type LaneError, parseJsonOrNull } from '@drag-race/contracts'
import { readFrame } from '@drag-race/wire'
import { type AnswerReader, readReport } from './answer-reader.ts'
import type { Exchange } from './exchange.ts'

export function toAccount(
  { reading, body, headers }: Pick<Exchange, 'reading' | 'body' | 'headers'>,
  { report }: Pick<AnswerReader, 'report'>,
): Pick<LaneError, 'gateway' | 'requestId'> {
  // The SDK does not pass on an event with an error, so the reader has not seen it.
  const told = report ?? readReport(parseJsonOrNull(body || (readFrame(reading).data ?? '')))
  const ownId = headers.get('x-gateway-request-id')
  const gateway = isOfCall(told, ownId) ? told : null
  const requestId = ownId ?? gateway?.requestId ?? headers.get('x-request-id')
  return { ...(gateway && { gateway }), ...(requestId && { requestId }) }
}

/** A gateway passes on an error of a provider's stream as it came; it can hold a report that is not the gateway's. */
function isOfCall(report: GatewayReport | null, ownId: string | null): report is GatewayReport {
  return report !== null && (ownId === null || report.requestId === ownId)
}
