/** The gateway's URLs. Directly on node:http: a framework would be in the path of every token. */
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import { gatewayGreeting } from '@drag-race/contracts'
import type { Logger } from 'pino'
import { requireAdmin, toCallersList } from './admission/admin.ts'
import { mayUse } from './admission/identity.ts'
import { allow } from './allow-method.ts'
import { answerReady } from './answer-ready.ts'
import { findAnthropicItem, isAnthropicClient, toAnthropicList } from './anthropic-models.ts'
import { makeBackup } from './books/make-backup.ts'
import { toUsageList } from './books/usage-list.ts'
import { answerBrokenRequest, answerTunnel } from './broken-requests.ts'
import { toBudgetsList } from './budgets/budgets-list.ts'
import { type ChatParts, chat } from './chat.ts'
import { type EndpointFacts, endpoints, toEndpoint } from './endpoints.ts'
import { CallerGone, type ErrorCode } from './errors.ts'
import { createHostCheck } from './host-check.ts'
import { findModelItem, toModelsList } from './models-list.ts'
import { createNewestAnswers } from './newest-answers.ts'
import { openConnections } from './open-connections.ts'
import { refuse } from './refuse.ts'
import { createRequestId, tellRequestId } from './request-id.ts'
import { toPath, toQuery } from './request-path.ts'
import { unknownModel } from './routing/resolve.ts'
import { spareUnread } from './spare-unread.ts'
import { isGoogleCall, unknownAddress } from './unknown-address.ts'
import { toTargetSnapshots } from './upstream/target-snapshot.ts'

export interface ServerOptions {
  /** The parts of the config in force. Each request asks once, and keeps what it gets. */
  current(): ChatParts
  /** Host names that are accepted besides those of the loopback; null: any, because it serves other machines. */
  allowedHosts: readonly string[] | null
  arrival: Arrival
  /** A request was refused that never became a call, so there is no record of it. */
  onRefused(reason: ErrorCode): void
  log: Logger
}

/** A caller that takes longer than these times for its headers, or its whole request, is an attacker or broken. */
export interface Arrival {
  /** How many connections can be open. Further ones are closed without an answer. */
  connectionsMax: number
  headersMsMax: number
  requestMsMax: number
  /** How often open connections are checked for these times. */
  checkEveryMs: number
}

export const arrivalDefault: Arrival = {
  connectionsMax: 10_000,
  headersMsMax: 15_000,
  requestMsMax: 60_000,
  checkEveryMs: 1_000,
}

export function createGatewayServer(options: ServerOptions): Server {
  const { current, allowedHosts, arrival, onRefused, log } = options
  const checkHost = allowedHosts && createHostCheck(allowedHosts)
  const server = createServer(
    {
      headersTimeout: arrival.headersMsMax,
      requestTimeout: arrival.requestMsMax,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: arrival.checkEveryMs,
      // Node would refuse such a request without a message; the host check refuses it with one.
      requireHostHeader: false,
    },
    async (request, response) => {
      newest.note(response)
      try {
        checkHost?.(request)
        const parts = current()
        if (parts.readiness.isDraining()) response.shouldKeepAlive = false
        await route(parts, request, response)
      } catch (error) {
        if (error instanceof CallerGone) response.destroy()
        else onRefused(refuse(response, error, toReaderForm(request), log))
      }
    },
  )
  const newest = createNewestAnswers(server)
  server.maxConnections = arrival.connectionsMax
  spareUnread(server, newest)
  // Node would refuse an unknown `Expect` header without a message; it is ignored instead.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') socket.destroy()
    else answerBrokenRequest(error.code, socket, { newest: newest.of(socket), onRefused })
  })
  server.on('connect', ({ socket }) => answerTunnel(socket, { newest: newest.of(socket), onRefused }))
  return server
}

async function route(parts: ChatParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = toPath(request)
  const endpoint = toEndpoint(path)
  if (endpoint) {
    allow(request, response, 'POST')
    // Not returned: an async function that returns a promise waits for it in two more turns of the microtask queue.
    await chat(parts, request, response, endpoint)
    return
  }
  if (path === '/connections') {
    allow(request, response, 'POST')
    return answerJson(request, response, await openConnections(parts, request))
  }
  if (path === '/admin/backup' && parts.admission.hasAdmin) {
    const identity = await parts.admission.identify(request)
    requireAdmin(identity)
    allow(request, response, 'POST')
    return answerJson(request, response, await makeBackup(parts, identity))
  }
  if (path === '/ready') {
    allow(request, response, 'GET')
    return answerReady(parts.readiness, response)
  }
  const isForeign = isGoogleCall(request, path)
  // Checked before the model is looked up, so that a wrong method does not tell whether the model exists.
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

/** For requests that are not calls. */
function toIdHeaders(request: IncomingMessage): OutgoingHttpHeaders {
  return tellRequestId({}, createRequestId(), isAnthropicClient(request) ? 'anthropic' : 'openai')
}

/** The form in which the sender of a request reads errors, before there is a call. */
function toReaderForm(request: IncomingMessage): EndpointFacts['dialect'] {
  const endpoint = toEndpoint(toPath(request))
  if (endpoint) return endpoints[endpoint].dialect
  return isAnthropicClient(request) ? 'anthropic' : 'openai'
}

/** The answer to a GET: an object for JSON, a text, or null where there is nothing. */
async function read(
  parts: ChatParts,
  path: string,
  request: IncomingMessage,
): Promise<object | string | null> {
  const { catalogue, admission } = parts
  if (path === '/')
    return `${gatewayGreeting}: POST /v1/chat/completions, GET /v1/models, GET /health, GET /ready\n`
  if (path === '/health') return { status: 'ok', models: countModels(catalogue.list()) }
  // Where no caller can be an admin, `/admin/…` does not exist.
  if (path.startsWith('/admin/') && admission.hasAdmin) {
    requireAdmin(await admission.identify(request))
    return readAsAdmin(parts, path, request)
  }
  if (!isModelPath(path)) return null
  const identity = await admission.identify(request)
  const isUsable = (...names: string[]) => mayUse(identity, ...names)
  const isAnthropic = isAnthropicClient(request)
  if (path === '/v1/models') return (isAnthropic ? toAnthropicList : toModelsList)(catalogue, isUsable)
  // A model's name can hold slashes (`ollama/llama3.2`), encoded or not.
  const asked = decode(path.slice(modelPath.length))
  const name = catalogue.nameOf(asked)
  admission.permit(identity, asked, name)
  const item = findModelItem(catalogue, name)
  if (!item) throw unknownModel(catalogue, asked)
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
      return toBudgetsList(parts.budgets.list(), parts.budgets.problem(), toQuery(request))
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

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
