/**
 * Fetches a gateway's Prometheus page. When that fails it says in words what is wrong: the panel shows those words, and
 * everything else goes on.
 *
 * The page is parsed piece by piece as it arrives, and only what a dialect reads is kept: a large page must not hold up
 * the event loop, on which the viewers of a running race are served.
 */

import type { GatewayAddress } from '../app-context.ts'
import { bearer } from '../bearer.ts'
import { isKnownMetric } from './dialects.ts'
import { createPrometheusParser, type ParsedMetrics } from './parse-prometheus.ts'

export interface MetricsLimits {
  /** From the request to the last byte of the page. */
  timeoutMs: number
  bytesMax: number
}

export const metricsLimits: MetricsLimits = { timeoutMs: 2_000, bytesMax: 16 * 1024 * 1024 }

export interface MetricsReading {
  metrics: ParsedMetrics | null
  problem: string | null
}

export async function readMetrics(gateway: GatewayAddress, limits = metricsLimits): Promise<MetricsReading> {
  const place = withoutSecrets(gateway.metricsUrl)
  try {
    const response = await fetch(place, {
      headers: { accept: 'text/plain;version=0.0.4;q=1, */*;q=0.5', ...authorization(gateway) },
      signal: AbortSignal.timeout(limits.timeoutMs),
    })
    if (!response.ok) {
      await response.body?.cancel()
      return failed(refusal(place, response.status))
    }
    const metrics = await parseBody(response, limits.bytesMax)
    if (metrics === null)
      return failed(`The metrics at ${place} are larger than ${limits.bytesMax} bytes. ${setUrl}`)
    return { metrics, problem: faultsIn(metrics, place) }
  } catch (fault) {
    return failed(unreachable(place, fault as Error, limits.timeoutMs))
  }
}

/** Without the user and password that a URL can hold. */
export function withoutSecrets(url: string): string {
  const parsed = new URL(url)
  parsed.username = ''
  parsed.password = ''
  return parsed.href
}

const setUrl = "Set GATEWAY_METRICS_URL to the address of the gateway's Prometheus metrics."

/**
 * A password in the URL is for its page (Bifrost asks for one). The gateway's key is sent to the gateway's origin
 * alone.
 */
function authorization(gateway: GatewayAddress): Record<string, string> {
  const { username, password, origin } = new URL(gateway.metricsUrl)
  if (username !== '' || password !== '') {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
  }
  return new URL(gateway.url).origin === origin ? bearer(gateway.apiKey) : {}
}

/** null when the page is too large; the rest of it is not read. */
async function parseBody(response: Response, bytesMax: number): Promise<ParsedMetrics | null> {
  const parser = createPrometheusParser(isKnownMetric)
  const utf8 = new TextDecoder()
  let bytes = 0
  for await (const piece of response.body ?? []) {
    bytes += piece.byteLength
    // Leaving the loop cancels the body, and with it the socket.
    if (bytes > bytesMax) return null
    parser.push(utf8.decode(piece, { stream: true }))
  }
  return parser.end()
}

function faultsIn(metrics: ParsedMetrics, place: string): string | null {
  const first = metrics.problems[0]
  if (first === undefined) return null
  const where = `line ${first.line}: ${first.message}`
  if (metrics.names.size === 0) return `${place} is not in Prometheus's text format (${where}). ${setUrl}`
  const lines = metrics.problemCount === 1 ? 'One line' : `${metrics.problemCount} lines`
  return `${lines} of the gateway's metrics could not be read (${where}). The others are shown.`
}

function refusal(place: string, status: number): string {
  if (status === 401 || status === 403) {
    return `${place} answered ${status}: it wants a key. Set GATEWAY_API_KEY, or put user and password into GATEWAY_METRICS_URL.`
  }
  return `${place} answered ${status}. ${setUrl}`
}

function unreachable(place: string, fault: Error, timeoutMs: number): string {
  if (fault.name === 'TimeoutError') {
    return `The gateway's metrics at ${place} did not answer within ${timeoutMs / 1000} s. Is the gateway overloaded, or the address wrong?`
  }
  return `The gateway's metrics at ${place} cannot be reached (${reason(fault)}). Start the gateway, or set GATEWAY_METRICS_URL.`
}

/** fetch says only "fetch failed"; the reason is its cause, or the first of several. */
function reason(fault: Error): string {
  const { code, message } = (fault.cause ?? fault) as Error & { code?: string }
  return code ?? message
}

function failed(problem: string): MetricsReading {
  return { metrics: null, problem }
}
