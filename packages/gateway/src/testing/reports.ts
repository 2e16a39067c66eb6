import { GatewayReport } from '@drag-race/contracts'
import { events } from './chunks.ts'

/** Asks for the report. */
export const reporting = { headers: { 'x-gateway-report': '1' } }

/** The first report in the events of a stream. Throws when there is none, or when it is not valid. */
export function findReport(text: string): GatewayReport {
  const report = events(text)
    .map((data) => (data as { gateway?: GatewayReport }).gateway)
    .find(Boolean)
  return GatewayReport.parse(report)
}
