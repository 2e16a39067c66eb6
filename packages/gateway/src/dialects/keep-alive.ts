/**
 * Events that say nothing but that the connection lives: without data, which the standard gives to nobody, or named `ping`,
 * as front doors built on sse-starlette send it with the time of day. Whatever else is no JSON is a hole in an answer.
 */
import type { Frame } from '@drag-race/wire'

export function isKeepAlive({ data, event }: Frame): boolean {
  return data === null || data.trim() === '' || event === 'ping'
}
