/**
 * The id of a tool call as Anthropic and Bedrock take it: letters, digits, `_` and `-`, at Bedrock at most 64. Ids of
 * other providers (`functions.get_weather:0`) can be others. They become a hash, so that two calls never share an id and
 * a call has the same one in every turn.
 */
import { createHash } from 'node:crypto'

export function toToolUseId(id: string): string {
  return /^[\w-]{1,64}$/.test(id) ? id : createHash('sha256').update(id).digest('base64url')
}
