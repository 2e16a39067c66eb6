/** Puts the gateway's report into JSON that a provider wrote, as text after its first brace: nothing else is touched. */
import type { GatewayReport } from '@drag-race/contracts'

/** `json` is an object that is not empty, or an event that holds one. */
export function withReport(json: Uint8Array, report: GatewayReport): Uint8Array {
  const bytes = Buffer.from(json.buffer, json.byteOffset, json.byteLength)
  const brace = bytes.indexOf('{') + 1
  return Buffer.concat([
    bytes.subarray(0, brace),
    Buffer.from(`"gateway":${JSON.stringify(report)},`),
    bytes.subarray(brace),
  ])
}
