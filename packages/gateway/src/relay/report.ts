/**
 * Puts the gateway's report into JSON that a provider wrote, as text after its first brace: nothing else is changed.
 * Only JSON that has a `gateway` already is written anew without it, because of two equal names parsers take the last.
 */
import type { GatewayReport } from '@drag-race/contracts'
import { encodeEvent, readFrame } from '@drag-race/wire'
import { asBuffer } from '../as-buffer.ts'
import { isRecord, parseJson, record } from '../dialects/read-json.ts'
import { findEventExcess } from '../json-structure.ts'

/** `json` is `bytes` parsed: an object that is not empty. */
export function withReport(
  bytes: Uint8Array,
  json: Record<string, unknown>,
  report: GatewayReport,
): Uint8Array {
  return Object.hasOwn(json, 'gateway')
    ? Buffer.from(toText(asBuffer(bytes).toString(), report))
    : insert(bytes, asBuffer(bytes).indexOf('{') + 1, report)
}

/** The event holds an object that is not empty. */
export function withReportInEvent(frame: Uint8Array, report: GatewayReport): Uint8Array {
  const { data, event } = readFrame(frame)
  const json = data ?? ''
  // A brace in a comment, or in the event's name, is not the JSON's.
  const begin = /(?:^|[\r\n])data:\s*\{/.exec(asBuffer(frame).toString('latin1'))
  if (begin && !Object.hasOwn(record(parseJson(json)), 'gateway')) {
    return insert(frame, begin.index + begin[0].length, report)
  }
  return Buffer.from(encodeEvent({ data: toText(json, report), ...(event !== null && { event }) }))
}

/**
 * For an error event of the provider's: only an object that is not empty has a place for the report, and one of too
 * many values is not parsed for it.
 */
export function withReportInError(frame: Uint8Array, report: () => GatewayReport): Uint8Array {
  if (findEventExcess(frame) !== null) return frame
  const json = parseJson(readFrame(frame).data ?? '')
  return isRecord(json) && Object.keys(json).length > 0 ? withReportInEvent(frame, report()) : frame
}

function insert(bytes: Uint8Array, at: number, report: GatewayReport): Uint8Array {
  const member = Buffer.from(`"gateway":${JSON.stringify(report)},`)
  return Buffer.concat([bytes.subarray(0, at), member, bytes.subarray(at)])
}

function toText(json: string, gateway: GatewayReport): string {
  return JSON.stringify({ ...record(parseJson(json)), gateway })
}
