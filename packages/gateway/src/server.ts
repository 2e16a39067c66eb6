/** Which URL is which. On node:http itself: a framework would stand in the path of every token. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Registry } from 'prom-client'
import { requireAdmin, toCallersList } from './admission/admin.ts'
import { mayUse } from './admission/identity.ts'
import { answerError, toRawAnswer } from './answer-error.ts'
import { toUsageList } from './books/usage-list.ts'
import { toBudgetsList } from './budgets/budgets-list.ts'
import { createRequestId } from './call.ts'
import { type ChatParts, chat } from './chat.ts'
import { toEndpoint } from './endpoints.ts'
import { GatewayError } from './errors.ts'
import { findModelItem, toModelsList } from './models-list.ts'
import { unknownModel } from './routing/resolve.ts'

export interface ServerOptions {
  parts: ChatParts
  /** Listening on the loopback only: then no other name may lead here. */
  isLoopback: boolean
}

/** A caller that needs longer than this for its headers, or its whole request, is attacking or broken. */
const headersMsMax = 15_000
const requestMsMax = 60_000
const connectionsMax = 10_000

export function createGatewayServer({ parts, isLoopback }: ServerOptions): Server {
  const server = createServer(
    {
      headersTimeout: headersMsMax,
      requestTimeout: requestMsMax,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 1_000,
    },
    async (request, response) => {
      try {
        if (isLoopback) checkHost(request)
        await route(parts, request, response)
      } catch (error) {
        refuse(response, error)
      }
    },
  )
  server.maxConnections = connectionsMax
  server.on('clientError', answerBrokenRequest)
  return server
}

/** A port of its own, so that what callers reach shows nothing of the house. */
export function createMetricsServer(registry: Registry): Server {
  return createServer(async (request, response) => {
    if (toPath(request) !== '/metrics') {
      return refuse(response, new GatewayError('not_found', 'The metrics are at GET /metrics.'))
    }
    response.setHeader('content-type', registry.contentType)
    response.end(await registry.metrics())
  })
}

async function route(parts: ChatParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = toPath(request)
  const endpoint = toEndpoint(path)
  if (endpoint) {
    allow(request, response, 'POST')
    return chat(parts, request, response, endpoint)
  }
  const answer = await read(parts, path, request)
  if (answer === null) throw unknownPath(request, path)
  allow(request, response, 'GET')
  response.setHeader('x-gateway-request-id', createRequestId())
  response.setHeader(
    'content-type',
    typeof answer === 'string' ? 'text/plain; charset=utf-8' : 'application/json',
  )
  response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
}

function refuse(response: ServerResponse, reason: unknown) {
  const error = reason instanceof GatewayError ? reason : internalError(reason)
  answerError(response, error, { headers: { 'x-gateway-request-id': createRequestId() }, report: null })
}

function internalError(cause: unknown): GatewayError {
  return new GatewayError('internal_error', 'The gateway failed.', { cause })
}

/** What can be read: an object for JSON, a text, or null where there is nothing. */
async function read(
  { catalogue, admission, books, budgets }: ChatParts,
  path: string,
  request: IncomingMessage,
): Promise<object | string | null> {
  if (path === '/') return 'LLM Drag Race gateway: POST /v1/chat/completions, GET /v1/models, GET /health\n'
  if (path === '/health') return { status: 'ok', models: countModels(catalogue.list()) }
  // Where nobody can be an admin, `/admin/…` is an address like any other that is not there.
  if (path.startsWith('/admin/') && admission.hasAdmin) {
    requireAdmin(await admission.identify(request))
    switch (path) {
      case '/admin/callers':
        return toCallersList(admission)
      case '/admin/usage':
        return toUsageList(books, toQuery(request))
      case '/admin/budgets':
        return toBudgetsList(budgets.list(), budgets.problem())
      default:
        return null
    }
  }
  if (path !== '/v1/models' && !path.startsWith(modelPath)) return null
  const identity = await admission.identify(request)
  if (path === '/v1/models') return toModelsList(catalogue, (name) => mayUse(identity, name))
  // A model's name may hold slashes (`ollama/llama3.2`), encoded or not.
  const name = decode(path.slice(modelPath.length))
  admission.permit(identity, name)
  const item = findModelItem(catalogue, name)
  if (!item) throw unknownModel(catalogue, name)
  return item
}

const modelPath = '/v1/models/'

function countModels(entries: { route: { state: string } }[]) {
  const available = entries.filter(({ route: { state } }) => state === 'open').length
  return { available, unavailable: entries.length - available }
}

function allow({ method }: IncomingMessage, response: ServerResponse, allowed: 'GET' | 'POST') {
  if (method === allowed || (method === 'HEAD' && allowed === 'GET')) return
  response.setHeader('allow', allowed)
  throw new GatewayError('method_not_allowed', `This address takes ${allowed} only.`)
}

/** A page elsewhere can lead its own host name here (DNS rebinding), and would spend the keys of this gateway. */
function checkHost({ headers }: IncomingMessage) {
  const host = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
  if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(host)) return
  throw new GatewayError(
    'host_not_allowed',
    'This gateway listens on the loopback only: call it as 127.0.0.1 or localhost, or set HOST to serve others.',
  )
}

function unknownPath({ method }: IncomingMessage, path: string): GatewayError {
  const hint = path.endsWith('/chat/completions') || path === '/models' ? ' Does the base URL lack /v1?' : ''
  return new GatewayError('not_found', `There is no ${method} ${path.slice(0, 200)} here.${hint}`)
}

function toPath({ url = '/' }: IncomingMessage): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}

function toQuery({ url = '/' }: IncomingMessage): URLSearchParams {
  const query = url.indexOf('?')
  return new URLSearchParams(query === -1 ? '' : url.slice(query))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What Node cannot read as a request never reaches a route; it is answered here. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket) {
  if (!socket.writable || error.code === 'ECONNRESET') return socket.destroy()
  const [answer, phrase] = toBrokenAnswer(error.code)
  return socket.end(toRawAnswer(answer, phrase))
}

function toBrokenAnswer(code: string | undefined): [GatewayError, string] {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [new GatewayError('request_timeout', 'The request took too long to arrive.'), 'Request Timeout']
    case 'HPE_HEADER_OVERFLOW':
      return [
        new GatewayError('headers_too_large', 'The headers are too large.'),
        'Request Header Fields Too Large',
      ]
    default:
      return [new GatewayError('invalid_request', 'This is not an HTTP request.'), 'Bad Request']
  }
}
