/** A provider for tests: a real server on a free port that answers as the test says, and keeps the requests. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
  /** Resolves when the connection of this request is closed before its answer was whole. */
  cutOff: Promise<void>
}

export interface Upstream {
  url: string
  received: Received[]
  /** Resolves with the next request when it arrives. */
  next(): Promise<Received>
  close(): Promise<void>
}

export type Answering = (response: ServerResponse, request: Received) => void | Promise<void>

export async function startUpstream(answer: Answering): Promise<Upstream> {
  const received: Received[] = []
  let arrived = Promise.withResolvers<Received>()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const cutOff = new Promise<void>((resolve) => {
      response.on('close', () => {
        if (!response.writableFinished) resolve()
      })
    })
    const { method = '', url = '', headers } = request
    const seen = { method, url, headers, body, cutOff }
    received.push(seen)
    arrived.resolve(seen)
    arrived = Promise.withResolvers()
    await answer(response, seen)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    next: () => arrived.promise,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Answers with a stream of these bytes, in these pieces. */
export function stream(
  pieces: readonly (string | Uint8Array)[],
  headers: Record<string, string> = {},
): Answering {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
    for (const [index, piece] of pieces.entries()) {
      if (response.destroyed) return
      response.write(piece)
      // After every 16 pieces a turn of the event loop, so that they are not all sent together.
      if (index % 16 === 0) await new Promise(setImmediate)
    }
    response.end()
  }
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answering {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}
