/**
 * The server: its URLs, the bound on open calls, and the one place where an error becomes a response. It uses node:http
 * without a framework: four routes need none, and nothing must delay a write at its deadline.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { answerChat, type ChatParts } from './chat.ts'
import { drainMsMax as drainMsMaxDefault } from './deliver.ts'
import { SimulatorError } from './errors.ts'
import { createLedger } from './ledger.ts'
import { createPacer } from './pacer.ts'
import { profiles } from './profiles.ts'
import { createRateLimiter } from './rate-limit.ts'
import { readBody } from './read-body.ts'
import { createSeeds } from './seed.ts'

export interface Outside extends Pick<ChatParts, 'answers' | 'clock' | 'newId'> {
  /** Called with unexpected errors, for which the caller gets a 500. */
  onFault(cause: unknown): void
  /** How many chat calls can be open; the next one gets a 503. */
  callsMax?: number
  /** A caller that takes nothing of its answer for so long is dropped. */
  drainMsMax?: number
}

const callsMaxDefault = 256

/** A server that does not listen yet. */
export function createSimulator({
  onFault,
  callsMax = callsMaxDefault,
  drainMsMax = drainMsMaxDefault,
  ...outside
}: Outside): Server {
  const { clock } = outside
  const ledger = createLedger()
  const rateLimiter = createRateLimiter(clock.nowNs)
  const parts: ChatParts = { ...outside, ledger, rateLimiter, pacer: createPacer(), seeds: createSeeds() }
  let callsOpen = 0

  async function chat(request: IncomingMessage, response: ServerResponse) {
    if (callsOpen >= callsMax) throw tooManyCalls(callsMax)
    callsOpen++
    try {
      const body = await readBody(request, clock.nowNs)
      // Requests that arrive at the same moment are all read first, each at its own time: the work on one would delay
      // the reading of the next.
      await nextTurn()
      const left = new AbortController()
      if (response.closed) left.abort()
      else response.on('close', () => left.abort())
      await answerChat(body, response, left.signal, parts)
    } finally {
      callsOpen--
    }
  }

  async function route(request: IncomingMessage, response: ServerResponse) {
    // Not `new URL`: it throws on paths such as `//`.
    const [path = ''] = (request.url ?? '').split('?')
    const [, first = '', ...rest] = path.split('/')
    if (path === '/v1/chat/completions') {
      allow(request, 'POST')
      await chat(request, response)
    } else if (path === '/v1/models') {
      allow(request, 'GET')
      sendJson(response, 200, modelList)
    } else if (path === '/health') {
      allow(request, 'GET')
      sendJson(response, 200, { status: 'ok' })
    } else if (first === 'ledger' && rest.length === 1) {
      allow(request, 'GET')
      const [id] = rest as [string]
      const entry = ledger.read(id)
      if (!entry) throw noLedger(id)
      sendJson(response, 200, entry)
    } else {
      throw new SimulatorError(
        'not_found',
        `There is nothing at ${path.slice(0, 200)}. Try POST /v1/chat/completions, GET /v1/models, GET /ledger/<completion id> or GET /health.`,
      )
    }
  }

  return createServer({ requestTimeout: 30_000, keepAliveTimeout: 30_000 }, (request, response) => {
    // If the socket breaks during a write, the caller has left: `close` follows and ends the call.
    response.on('error', () => {})
    // Not from the beginning, because a call can stall on purpose. A caller that reads slowly is not dropped.
    response.once('prefinish', () => response.setTimeout(drainMsMax))
    route(request, response).catch((cause: unknown) => {
      // If the read was aborted, the caller has left too.
      if (response.destroyed || (request.destroyed && !request.complete)) return
      sendError(response, request, cause, onFault)
    })
  })
}

/** When the figures of the profiles last changed, in Unix seconds: the `created` of all models in the list. */
const createdS = 1_760_000_000

const modelList = {
  object: 'list',
  data: [...profiles].map(([id, { description }]) => ({
    id,
    object: 'model',
    created: createdS,
    owned_by: 'simulator',
    description,
  })),
}

function allow(request: IncomingMessage, method: string) {
  if (request.method === method) return
  throw new SimulatorError('method_not_allowed', `Use ${method} here, not ${request.method}.`)
}

function sendError(
  response: ServerResponse,
  request: IncomingMessage,
  cause: unknown,
  onFault: Outside['onFault'],
) {
  if (!(cause instanceof SimulatorError)) onFault(cause)
  const error =
    cause instanceof SimulatorError
      ? cause
      : new SimulatorError('server_error', 'The simulator failed; its error output says why.')
  // If the body was not read to its end, no other request can follow on the connection.
  const headers = request.complete ? error.headers : { ...error.headers, connection: 'close' }
  if (response.headersSent) response.destroy()
  else sendJson(response, error.status, error.body, headers)
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'content-type': 'application/json', 'x-simulated': 'true', ...headers })
  response.end(JSON.stringify(body))
}

function tooManyCalls(callsMax: number): SimulatorError {
  return new SimulatorError(
    'too_many_calls',
    `${callsMax} calls are open already. Try again when one has ended.`,
    {
      retryAfterMs: 1000,
    },
  )
}

function noLedger(id: string): SimulatorError {
  return new SimulatorError(
    'not_found',
    `There is no ledger for \`${id.slice(0, 100)}\`: only the newest 1,000 completions of this process have one, or fewer that have 500,000 chunks together.`,
  )
}
