/** Which URL is which. On node:http itself: a framework would stand in the path of every token. */
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import { gatewayGreeting } from '@drag-race/contracts'
import type { Registry } from 'prom-client'
import { requireAdmin, toCallersList } from './admission/admin.ts'
import { mayUse } from './admission/identity.ts'
import { answerError } from './answer-error.ts'
import { findAnthropicItem, isAnthropicClient, toAnthropicList } from './anthropic-models.ts'
import { toUsageList } from './books/usage-list.ts'
import { answerBrokenRequest } from './broken-requests.ts'
import { toBudgetsList } from './budgets/budgets-list.ts'
import { type ChatParts, chat } from './chat.ts'
import type { Readiness } from './drain.ts'
import { type EndpointFacts, endpoints, toEndpoint } from './endpoints.ts'
import { type ErrorCode, GatewayError } from './errors.ts'
import { findModelItem, toModelsList } from './models-list.ts'
import { openConnections } from './open-connections.ts'
import { createRequestId, tellRequestId } from './request-id.ts'
import { unknownModel } from './routing/resolve.ts'
import { isGoogleMethod, unknownAddress, whyNowhere } from './unknown-address.ts'
import { toTargetSnapshots } from './upstream/target-snapshot.ts'

export interface ServerOptions {
  /** Of the config that holds now; asked once a request, which keeps it. */
  current(): ChatParts
  /** Names besides the loopback's own that may lead here; null: any, for it serves others. */
  allowedHosts: readonly string[] | null
  arrival: Arrival
  /** Not a call, or not even a request: refused here, and no record is written of it. */
  onRefused(reason: ErrorCode): void
}

/** A caller that needs longer than this for its headers, or its whole request, is attacking or broken. */
export interface Arrival {
  /** Open at once: who comes beyond them is closed without a word. */
  connectionsMax: number
  headersMsMax: number
  requestMsMax: number
  /** How often open connections are looked at for it. */
  checkEveryMs: number
}

export const arrivalDefault: Arrival = {
  connectionsMax: 10_000,
  headersMsMax: 15_000,
  requestMsMax: 60_000,
  checkEveryMs: 1_000,
}

export function createGatewayServer({ current, allowedHosts, arrival, onRefused }: ServerOptions): Server {
  const newest = new WeakMap<Socket, ServerResponse>()
  const checkHost = allowedHosts && createHostCheck(allowedHosts)
  const server = createServer(
    {
      headersTimeout: arrival.headersMsMax,
      requestTimeout: arrival.requestMsMax,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: arrival.checkEveryMs,
      // Node would refuse it with no word; who must know the host says so in words.
      requireHostHeader: false,
    },
    async (request, response) => {
      newest.set(request.socket, response)
      try {
        checkHost?.(request)
        const parts = current()
        if (parts.readiness.isDraining()) response.shouldKeepAlive = false
        await route(parts, request, response)
      } catch (error) {
        onRefused(refuse(response, error, toReaderForm(request)))
      }
    },
  )
  server.maxConnections = arrival.connectionsMax
  // What the caller expects is no reason to refuse it: Node would, with no word.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') socket.destroy()
    else answerBrokenRequest(error.code, socket, { newest: newest.get(socket), onRefused })
  })
  return server
}

/**
 * A port of its own, so that what callers reach shows nothing of the house. `/ready` is here too, because this port stays
 * open to the last while the other one closes.
 */
export function createMetricsServer(registry: Registry, readiness: Readiness): Server {
  return createServer(async (request, response) => {
    try {
      const path = toPath(request)
      if (path === '/ready') return answerReady(readiness, response)
      if (path !== '/metrics') throw new GatewayError('not_found', 'The metrics are at GET /metrics.')
      const text = await registry.metrics()
      response.setHeader('content-type', registry.contentType)
      response.end(text)
    } catch (error) {
      refuse(response, error, 'openai')
    }
  })
}

async function route(parts: ChatParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = toPath(request)
  const endpoint = toEndpoint(path)
  if (endpoint) {
    allow(request, response, 'POST')
    return chat(parts, request, response, endpoint)
  }
  if (path === '/connections') {
    allow(request, response, 'POST')
    return answerJson(request, response, await openConnections(parts, request))
  }
  if (path === '/ready') {
    allow(request, response, 'GET')
    return answerReady(parts.readiness, response)
  }
  const isForeign = isGoogleMethod(path)
  // What is not read there says nothing of the model that it names.
  if (isModelPath(path) && !isForeign) allow(request, response, 'GET')
  const answer = isForeign ? null : await read(parts, path, request)
  if (answer === null) throw unknownAddress(request, path)
  allow(request, response, 'GET')
  if (typeof answer !== 'string') return answerJson(request, response, answer)
  response.writeHead(200, { ...toIdHeaders(request), 'content-type': 'text/plain; charset=utf-8' })
  response.end(answer)
}

function answerJson(request: IncomingMessage, response: ServerResponse, answer: object): void {
  response.writeHead(200, { ...toIdHeaders(request), 'content-type': 'application/json' })
  response.end(JSON.stringify(answer))
}

/** Of what is no call. */
function toIdHeaders(request: IncomingMessage): OutgoingHttpHeaders {
  return tellRequestId({}, createRequestId(), isAnthropicClient(request) ? 'anthropic' : 'openai')
}

/** Alive and ready are two things: who drains is alive, and should get no more calls. */
function answerReady({ whyNot }: Readiness, response: ServerResponse): void {
  const reason = whyNot()
  response.writeHead(reason === null ? 200 : 503, {
    'content-type': 'application/json',
    'x-gateway-request-id': createRequestId(),
  })
  response.end(JSON.stringify({ ready: reason === null, reasons: reason === null ? [] : [reason] }))
}

/** Returns what the caller is told. */
function refuse(response: ServerResponse, reason: unknown, form: EndpointFacts['dialect']): ErrorCode {
  const error = reason instanceof GatewayError ? reason : internalError(reason)
  const requestId = createRequestId()
  const headers = tellRequestId({}, requestId, form)
  answerError(response, error, { form, requestId, headers, eventNumber: 0, report: null })
  return error.code
}

/** The form in which who asks reads an error, before there is a call. */
function toReaderForm(request: IncomingMessage): EndpointFacts['dialect'] {
  const endpoint = toEndpoint(toPath(request))
  if (endpoint) return endpoints[endpoint].dialect
  return isAnthropicClient(request) ? 'anthropic' : 'openai'
}

function internalError(cause: unknown): GatewayError {
  return new GatewayError('internal_error', 'The gateway failed.', { cause })
}

/** What can be read: an object for JSON, a text, or null where there is nothing. */
async function read(
  parts: ChatParts,
  path: string,
  request: IncomingMessage,
): Promise<object | string | null> {
  const { catalogue, admission } = parts
  if (path === '/')
    return `${gatewayGreeting}: POST /v1/chat/completions, GET /v1/models, GET /health, GET /ready\n`
  if (path === '/health') return { status: 'ok', models: countModels(catalogue.list()) }
  // Where nobody can be an admin, `/admin/…` is an address like any other that is not there.
  if (path.startsWith('/admin/') && admission.hasAdmin) {
    requireAdmin(await admission.identify(request))
    return readAsAdmin(parts, path, request)
  }
  if (!isModelPath(path)) return null
  const identity = await admission.identify(request)
  const isUsable = (name: string) => mayUse(identity, name)
  const isAnthropic = isAnthropicClient(request)
  if (path === '/v1/models') return (isAnthropic ? toAnthropicList : toModelsList)(catalogue, isUsable)
  // A model's name may hold slashes (`ollama/llama3.2`), encoded or not.
  const name = decode(path.slice(modelPath.length))
  admission.permit(identity, name)
  const item = findModelItem(catalogue, name)
  if (!item) throw unknownModel(catalogue, name)
  return isAnthropic ? findAnthropicItem(catalogue, name) : item
}

async function readAsAdmin(parts: ChatParts, path: string, request: IncomingMessage): Promise<object | null> {
  switch (path) {
    case '/admin/callers':
      return toCallersList(parts.admission)
    case '/admin/config':
      return parts.configStatus.describe()
    case '/admin/targets':
      return { object: 'list', data: toTargetSnapshots(parts) }
    case '/admin/usage':
      return toUsageList(parts.books, toQuery(request))
    case '/admin/budgets':
      return toBudgetsList(parts.budgets.list(), parts.budgets.problem())
    default:
      return null
  }
}

const modelPath = '/v1/models/'

function isModelPath(path: string): boolean {
  return path === '/v1/models' || path.startsWith(modelPath)
}

function countModels(entries: { route: { state: string } }[]) {
  const available = entries.filter(({ route: { state } }) => state === 'available').length
  return { available, unavailable: entries.length - available }
}

function allow(request: IncomingMessage, response: ServerResponse, allowed: 'GET' | 'POST') {
  const { method } = request
  if (method === allowed || (method === 'HEAD' && allowed === 'GET')) return
  response.setHeader('allow', allowed)
  throw new GatewayError('method_not_allowed', whyNowhere(request) ?? `This address takes ${allowed} only.`)
}

/** A page elsewhere can lead its own host name here (DNS rebinding), and would spend the keys of this gateway. */
function createHostCheck(allowed: readonly string[]) {
  // Nearly all callers use one name.
  let known: string | null = null
  return (request: IncomingMessage) => {
    const { host = '' } = request.headers
    // A browser always names a host; old health checks (HTTP/1.0) name none, and spend nothing.
    if (host === known || (host === '' && ['/health', '/ready'].includes(toPath(request)))) return
    const name = host.replace(/:\d+$/, '').toLowerCase()
    if (!/^(localhost|127(\.\d+){3}|\[::1\])$/.test(name) && !allowed.includes(name)) {
      throw new GatewayError(
        'host_not_allowed',
        'This gateway listens on the loopback only: call it as 127.0.0.1 or localhost, add the name to ALLOWED_HOSTS, or set HOST to serve others.',
      )
    }
    known = host
  }
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
