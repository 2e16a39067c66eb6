/**
 * Which headers pass the gateway. Two short lists of what may: a header nobody thought of may be a secret of the caller's
 * house, or a cookie of the provider's.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { TraceHeaders } from '../tracing/tracing.ts'
import { withoutSecrets } from './secrets.ts'

/** Of the caller's: features that it asks of the provider, its trace, and OpenRouter's attribution. No credential. */
const upward = [
  'openai-beta',
  'anthropic-beta',
  'anthropic-version',
  'traceparent',
  'tracestate',
  'http-referer',
  'x-title',
]

/** Of the provider's: what is left of its limits, when to come back, and by which id it knows the call. */
const downward =
  /^(x-ratelimit-.*|anthropic-ratelimit-.*|retry-after|retry-after-ms|x-should-retry|openai-.*|x-request-id|request-id|x-amzn-requestid|x-groq-.*)$/

/** With a trace of our own the provider joins that, and not the caller's. */
export function toUpstreamHeaders(
  headers: IncomingHttpHeaders,
  trace: TraceHeaders | null = null,
): Record<string, string> {
  const passed: Record<string, string> = {}
  const ofConnection = readConnection(headers)
  for (const name of upward) {
    const value = headers[name]
    if (typeof value === 'string' && !ofConnection.includes(name)) passed[name] = value
  }
  if (trace === null) return passed
  delete passed.tracestate
  return Object.assign(passed, trace)
}

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

/** Compressed, though the gateway asks for no such thing: nobody here can read it. */
export function isPacked({ 'content-encoding': encoding = '' }: IncomingHttpHeaders): boolean {
  return !['', 'identity'].includes(encoding.trim().toLowerCase())
}

/** The headers that `Connection` names are meant for this one connection, whatever they are (RFC 9110, 7.6.1). */
function readConnection({ connection }: IncomingHttpHeaders): readonly string[] {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return none
  return connection.split(',').map((name) => name.trim().toLowerCase())
}

const none: readonly string[] = []
