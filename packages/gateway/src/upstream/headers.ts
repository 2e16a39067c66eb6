/**
 * Which headers are passed on. Two short lists of those that are, because any other header could hold a secret of the
 * caller's network, or a cookie of the provider.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { type Endpoint, endpoints } from '../endpoints.ts'
import type { TraceHeaders } from '../tracing/tracing.ts'
import { withoutSecrets } from './secrets.ts'

/** The caller's: the provider's features that it asks for, its trace, and for whom it asks. No credential. */
const upward = [
  'openai-beta',
  'anthropic-beta',
  'anthropic-version',
  'anthropic-user-profile-id',
  'traceparent',
  'tracestate',
  'http-referer',
  'x-title',
]

/** The provider's: what is left of its limits, when to try again, and its id of the call. */
const downward =
  /^(x-ratelimit-.*|anthropic-ratelimit-.*|retry-after|retry-after-ms|x-should-retry|openai-.*|x-request-id|request-id|x-amzn-requestid|x-groq-.*)$/

/** With a trace of the gateway's own, the provider gets that one instead of the caller's. */
export function toUpstreamHeaders(
  headers: IncomingHttpHeaders,
  endpoint: Endpoint,
  trace: TraceHeaders | null = null,
): Record<string, string> {
  const { dialect } = endpoints[endpoint]
  const passed: Record<string, string> = dialect === 'anthropic' ? { ...anthropicVersion } : {}
  const ofConnection = readConnection(headers)
  for (const name of upward) {
    const value = headers[name]
    if (typeof value === 'string' && !ofConnection.includes(name)) passed[name] = value
  }
  if (trace === null) return passed
  delete passed.tracestate
  return Object.assign(passed, trace)
}

/**
 * For callers that name no version, as curl; Anthropic wants one. What the gateway reads of an answer is the same in
 * the version after it (2026-10-21).
 */
const anthropicVersion = { 'anthropic-version': '2023-06-01' }

export function toCallerHeaders(
  headers: IncomingHttpHeaders,
  secrets: readonly string[],
): Record<string, string> {
  const passed: Record<string, string> = {}
  const ofConnection = readConnection(headers)
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined && downward.test(name) && !ofConnection.includes(name))
      passed[name] = withoutSecrets(Array.isArray(value) ? value.join(', ') : value, secrets)
  }
  return passed
}

/** Is the body compressed, although the gateway asked for `identity`? Then the gateway cannot read it. */
export function isPacked({ 'content-encoding': encoding = '' }: IncomingHttpHeaders): boolean {
  return !['', 'identity'].includes(encoding.trim().toLowerCase())
}

/** The headers that `Connection` names are meant for this one connection, whatever they are (RFC 9110, 7.6.1). */
function readConnection({ connection }: IncomingHttpHeaders): readonly string[] {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return none
  return connection.split(',').map((name) => name.trim().toLowerCase())
}

const none: readonly string[] = []
