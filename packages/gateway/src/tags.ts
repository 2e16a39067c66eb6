/**
 * What a call is booked under besides its caller: `metadata` of its body, and headers `x-gateway-tag-<name>`, which
 * override it. Tags of the caller's key or token override both, so that no caller can book under another one's tags.
 *
 * Only texts are tags; other values in `metadata` are left to the provider. All names are in lower case, because those
 * of headers always are.
 */
import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from './errors.ts'

export type Tags = Readonly<Record<string, string>>

/** OpenAI allows sixteen entries in `metadata`, with the same lengths of names and values as here. */
const tagsMax = 32
export const tagNameCharsMax = 64
const tagValueCharsMax = 512
const headerPrefix = 'x-gateway-tag-'

const none: Tags = {}

/** Throws `invalid_request`, which names the tag that is too long or one too many. */
export function readTags({ metadata }: Record<string, unknown>, headers: IncomingHttpHeaders): Tags {
  const tags = new Map<string, string>()
  if (typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)) {
    for (const [name, value] of Object.entries(metadata)) {
      if (typeof value === 'string') add(tags, name, value, 'metadata')
    }
  }
  for (const header in headers) {
    if (!header.startsWith(headerPrefix)) continue
    const name = header.slice(headerPrefix.length)
    if (name === '') throw refuse(`The header \`${headerPrefix}\` names no tag: write ${headerPrefix}<name>.`)
    add(tags, name, decode(String(headers[header])), 'header')
  }
  // Not by assignment: a tag can be called `__proto__`.
  return tags.size === 0 ? none : Object.fromEntries(tags)
}

/** The tags of the call with those of its caller. */
export function toBookedTags(ofCall: Tags, ofCaller: Tags): Tags {
  const named = Object.entries(ofCaller).map(([name, value]) => [name.toLowerCase(), value])
  return named.length === 0 ? ofCall : Object.fromEntries([...Object.entries(ofCall), ...named])
}

/** The tags that fit. The rest is dropped, not refused: it is the issuer that made the token, not the caller. */
export function fittingTags(entries: readonly [string, unknown][]): Tags {
  const fitting = entries.filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' &&
      entry[0].length <= tagNameCharsMax &&
      entry[1].length <= tagValueCharsMax,
  )
  return Object.fromEntries(fitting.slice(0, tagsMax))
}

function add(tags: Map<string, string>, name: string, value: string, from: 'metadata' | 'header'): void {
  const place =
    from === 'metadata'
      ? `\`metadata\` ${quote(name)}`
      : `The header \`${headerPrefix}${name.slice(0, 100)}\``
  if (name.length > tagNameCharsMax) {
    throw refuse(`${place} is too long a name for a tag: at most ${tagNameCharsMax} characters.`)
  }
  if (value.length > tagValueCharsMax) {
    throw refuse(`${place} is too long for a tag: at most ${tagValueCharsMax} characters.`)
  }
  tags.set(name.toLowerCase(), value)
  if (tags.size > tagsMax) {
    throw refuse(
      `A call has at most ${tagsMax} tags, from \`metadata\` and \`${headerPrefix}<name>\` together.`,
    )
  }
}

/** Node reads headers as Latin-1; most clients write UTF-8. */
function decode(header: string): string {
  const bytes = Buffer.from(header, 'latin1')
  return isUtf8(bytes) ? bytes.toString() : header
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 100))
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}
