/**
 * `params.headers`: headers that are sent with every request to a provider, such as OpenAI's project or what another
 * gateway routes by. Headers about the connection and the body cannot be set, because the gateway sets them itself.
 */
import type { Fault } from './faults.ts'
import { record } from './raw.ts'
import { type Resolved, resolveReferences, type Variables } from './references.ts'

export interface ProviderHeaders {
  /** By name in lower case. */
  sent: Readonly<Record<string, string>>
  /** The values of variables in them, which are struck out where a provider's answer repeats them. */
  secrets: readonly string[]
}

export type HeadersRead =
  | { state: 'whole'; headers: ProviderHeaders }
  | { state: 'missing'; variable: string }
  /** With its variables filled in, this header contains a character that headers cannot contain. */
  | { state: 'unfit'; name: string }

export function readProviderHeaders(
  texts: Readonly<Record<string, string>>,
  variables: Variables,
): HeadersRead {
  const sent: Record<string, string> = {}
  const secrets: string[] = []
  for (const [name, text] of Object.entries(texts)) {
    const resolved: Resolved = resolveReferences(text, variables)
    if (resolved.state === 'missing') return resolved
    if (!fit.test(resolved.text)) return { state: 'unfit', name }
    sent[name.toLowerCase()] = resolved.text
    secrets.push(...resolved.values)
  }
  return { state: 'whole', headers: { sent, secrets } }
}

/** The faults that are there whatever the variables are. */
export function headerFaults(headers: unknown, path: Fault['path']): Fault[] {
  const names = Object.keys(record(headers) ?? {})
  return names.flatMap((name, index) => {
    const sentence = wrongName(name, names.slice(0, index)) ?? wrongText(record(headers)?.[name])
    return sentence === null ? [] : [{ path: [...path, name], sentence }]
  })
}

function wrongName(name: string, before: readonly string[]): string | null {
  if (!token.test(name)) return 'is not a valid name of a header, such as "x-project"'
  const lower = name.toLowerCase()
  if (ours.has(lower)) return 'is set by the gateway itself; leave it out'
  const first = before.find((other) => other.toLowerCase() === lower)
  return first === undefined ? null : `is the same header as ${JSON.stringify(first)}; leave one out`
}

function wrongText(text: unknown): string | null {
  return typeof text !== 'string' || fit.test(text)
    ? null
    : 'contains a character that headers cannot contain'
}

/** A header's name: RFC 9110, 5.6.2. */
const token = /^[\w!#$%&'*+.^`|~-]+$/
/** A header's value: visible ASCII, with spaces and tabs between (RFC 9110, 5.5). */
const fit = /^(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?$/
const ours = new Set([
  ...['accept', 'accept-encoding', 'content-encoding', 'content-length', 'content-type', 'expect', 'host'],
  ...['connection', 'keep-alive', 'proxy-authorization', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'traceparent', 'tracestate'],
])
