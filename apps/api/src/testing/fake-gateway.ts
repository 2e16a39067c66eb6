/**
 * An OpenAI-compatible gateway on a real socket, whose models do what a test says. It records its calls, and when each
 * chunk was written.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeGateway {
  url: string
  /** Finished and running calls of chat completions, in the order of their arrival. */
  calls: FakeCall[]
  /** The models of each `POST /connections`. */
  openedAhead: string[][]
  close(): Promise<void>
}

export interface FakeCall {
  body: Record<string, unknown> & { model: string }
  headers: IncomingHttpHeaders
  /** `process.hrtime` of each write. */
  writtenAtNs: bigint[]
  /** Resolves when the caller's connection is closed, or the response is finished. */
  closed: Promise<void>
  response: ServerResponse
  /** Begins the event stream, if nothing has been sent yet, and writes these bytes as they are. */
  write(bytes: string): void
  /** One event with this chunk. */
  chunk(chunk: object): void
  answer(content: string): void
  /** Finish reason, usage when given, `[DONE]`, end. */
  finish(reason?: string | null, usage?: object): void
  json(status: number, body: unknown, headers?: Record<string, string>): void
}

export type FakeModel = (call: FakeCall) => void | Promise<void>

export interface FakeGatewayOptions {
  /** Further fields of a model's entry in /v1/models. */
  entries?: Record<string, object>
  /** Answers /v1/models instead of the default list. */
  list?: (response: ServerResponse) => void
  /** Answers `POST /connections` instead. */
  openAhead?: (response: ServerResponse) => void
}

export async function startFakeGateway(
  models: Record<string, FakeModel>,
  { entries = {}, list, openAhead }: FakeGatewayOptions = {},
): Promise<FakeGateway> {
  const calls: FakeCall[] = []
  const openedAhead: string[][] = []
  const requests = new Map<string, number>()

  const server = createServer((request, response) => {
    if (request.url === '/v1/models') {
      if (list) return list(response)
      const data = Object.keys(models).map((id) => ({
        id,
        object: 'model',
        owned_by: 'fake',
        ...entries[id],
      }))
      return json(response, 200, { object: 'list', data })
    }
    if (request.url === '/metrics') return response.end(metricsText(requests))
    if (request.method !== 'POST') return json(response, 404, {})
    // As our own gateway does, which here has no work before the signal.
    if (request.headers['x-gateway-start']) response.writeProcessing()
    let text = ''
    request.setEncoding('utf8').on('data', (part) => {
      text += part
    })
    request.on('end', async () => {
      if (request.url === '/connections') {
        openedAhead.push(JSON.parse(text).models)
        if (openAhead) return openAhead(response)
        return json(response, 200, { object: 'list', data: [] })
      }
      const call = createCall(JSON.parse(text), request.headers, response)
      calls.push(call)
      await models[call.body.model]?.(call)
      await call.closed
      requests.set(call.body.model, (requests.get(call.body.model) ?? 0) + 1)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    openedAhead,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function createCall(
  body: FakeCall['body'],
  headers: IncomingHttpHeaders,
  response: ServerResponse,
): FakeCall {
  const call: FakeCall = {
    body,
    headers,
    writtenAtNs: [],
    closed: new Promise((resolve) => response.on('close', resolve)),
    response,
    write(bytes) {
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
      call.writtenAtNs.push(process.hrtime.bigint())
      response.write(bytes)
    },
    chunk: (chunk) => call.write(`data: ${JSON.stringify({ id: 'c-1', model: body.model, ...chunk })}\n\n`),
    answer: (content) => call.chunk({ choices: [{ index: 0, delta: { content } }] }),
    finish(reason = 'stop', usage) {
      if (reason !== null) call.chunk({ choices: [{ index: 0, delta: {}, finish_reason: reason }] })
      if (usage) call.chunk({ choices: [], usage })
      call.write('data: [DONE]\n\n')
      response.end()
    },
    json: (status, answer, more) => json(response, status, answer, more),
  }
  return call
}

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** As the built-in gateway names them. */
function metricsText(requests: Map<string, number>): string {
  const lines = ['gateway_overhead_seconds_count 0']
  for (const [model, count] of requests) {
    const labels = `gen_ai_provider_name="fake",gen_ai_request_model="${model}"`
    lines.push(`gen_ai_server_request_duration_seconds_count{${labels}} ${count}`)
    lines.push(`gen_ai_server_request_duration_seconds_sum{${labels}} ${count}`)
  }
  return `${lines.join('\n')}\n`
}
