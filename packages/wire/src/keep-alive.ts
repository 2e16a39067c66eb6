/**
 * Events that only keep the connection alive: those without data, which the standard does not hand to clients, and
 * those named `ping`, which servers built on sse-starlette send with the time of day. Any other event that is not JSON
 * is a hole in the answer.
 */
import type { Frame } from './decode.ts'

export function isKeepAlive({ data, event }: Frame): boolean {
  return data === null || data.trim() === '' || event === 'ping'
}
