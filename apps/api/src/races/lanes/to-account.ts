/**
 * What the gateway tells of a call that failed: its account of what it tried, and the id that its log has the call
 * under. Empty where it never answered.
 */
import { type GatewayReport, type LaneError, parseJsonOrNull } from '@drag-race/contracts'
import { readFrame } from '@drag-race/wire'
import { type AnswerReader, readReport } from './answer-reader.ts'
import type { Exchange } from './exchange.ts'

export function toAccount(
  { reading, body, headers }: Pick<Exchange, 'reading' | 'body' | 'headers'>,
  { report }: Pick<AnswerReader, 'report'>,
): Pick<LaneError, 'gateway' | 'requestId'> {
  // The SDK keeps an event with an error to itself: the reader never saw it.
  const told = report ?? readReport(parseJsonOrNull(body || (readFrame(reading).data ?? '')))
  const ownId = headers.get('x-gateway-request-id')
  const gateway = isOfCall(told, ownId) ? told : null
  const requestId = ownId ?? gateway?.requestId ?? headers.get('x-request-id')
  return { ...(gateway && { gateway }), ...(requestId && { requestId }) }
}

/** An error that a provider wrote into its stream passes as it came, and may hold an account that no gateway gave. */
function isOfCall(report: GatewayReport | null, ownId: string | null): report is GatewayReport {
  return report !== null && (ownId === null || report.requestId === ownId)
}
