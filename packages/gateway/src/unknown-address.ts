/** For a request to an address, or with a method, that is not served: tells the sender what was probably meant. */
import type { IncomingMessage } from 'node:http'
import { endpoints, toEndpoint } from './endpoints.ts'
import { GatewayError } from './errors.ts'

export function unknownAddress(request: IncomingMessage, path: string): GatewayError {
  const shown = path.slice(0, 200)
  const hint = isGoogleCall(request, path) ? googleHint : toHint(shown)
  return new GatewayError(
    'not_found',
    `There is no ${request.method} ${shown} here. ${whyNowhere(request) ?? hint}`,
  )
}

/** Says what no address here takes; null if another address may have been meant. */
export function whyNowhere({ method, headers }: IncomingMessage): string | null {
  if (/^websocket$/i.test(headers.upgrade ?? '')) return 'WebSockets are not served: use HTTP.'
  if (method === 'OPTIONS' && headers.origin !== undefined)
    return 'Pages in a browser cannot call this gateway: it allows no other origins (CORS). Call it from a server.'
  return null
}

/**
 * Methods of Google's own API follow a colon: no other path here has such a name. Google's clients also ask for
 * `/v1/models`, and would take the list in OpenAI's form for an empty one.
 */
export function isGoogleCall({ headers }: IncomingMessage, path: string): boolean {
  const isMethod = /:(generateContent|streamGenerateContent|countTokens|(batchE|e)mbedContents?)$/.test(path)
  return isMethod || headers['x-goog-api-client'] !== undefined
}

const googleHint =
  "Google's own API is not served: call Gemini models through /v1/chat/completions with an OpenAI client."

const served = `This gateway serves POST ${Object.keys(endpoints)
  .map((name) => `/v1/${name}`)
  .join(', ')}, and GET /v1/models.`

function toHint(path: string): string {
  if (path === '/metrics') return 'The metrics have a port of their own: GATEWAY_METRICS_PORT (15020).'
  if (/^\/admin(\/|$)/.test(path))
    return 'For a key or token with `isAdmin` there are GET /admin/callers, /admin/targets, /admin/usage, /admin/budgets, /admin/config, and POST /admin/backup.'
  if (/^\/v1\/(responses(?!\/(input_tokens|compact)$)|conversations)(\/|$)/.test(path))
    return 'Stored responses are not served: ask the provider itself.'
  // Clients for Azure add this to their base URL.
  if (/^\/openai\/(deployments|v1)\//.test(path))
    return 'Use the plain OpenAI client, with a base URL that ends in /v1.'
  const meant = `/v1/${path.replace(/^(\/+v1)*\/+|\/+$/g, '')}`
  const endpoint = toEndpoint(meant)
  if (!endpoint && meant !== '/v1/models') return served
  const isAnthropic = endpoint && endpoints[endpoint].dialect === 'anthropic'
  return `Did you mean ${meant}? ${isAnthropic ? toAnthropicHint(path) : 'The base URL of an OpenAI client ends in /v1.'}`
}

function toAnthropicHint(path: string): string {
  return /^\/+v1\//.test(path)
    ? 'The base URL of an Anthropic client has no /v1.'
    : "Your base URL lacks /v1: the Vercel AI SDK needs it there, while Anthropic's own clients add it themselves."
}
