import { createServer, type Server } from 'node:http'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { allow } from './allow-method.ts'
import { answerReady } from './answer-ready.ts'
import { answerTunnel } from './broken-requests.ts'
import type { Readiness } from './drain.ts'
import { GatewayError } from './errors.ts'
import { refuse } from './refuse.ts'
import { toPath } from './request-path.ts'

/**
 * The metrics have a port of their own, so that callers cannot read them. `/ready` is here too, because this port stays
 * open to the end of a drain, while the other one closes.
 */
export function createMetricsServer(registry: Registry, readiness: Readiness, log: Logger): Server {
  const server = createServer(async (request, response) => {
    try {
      const path = toPath(request)
      if (path !== '/metrics' && path !== '/ready')
        throw new GatewayError('not_found', 'The metrics are at GET /metrics.')
      allow(request, response, 'GET')
      if (path === '/ready') return answerReady(readiness, response)
      const text = await registry.metrics()
      response.setHeader('content-type', registry.contentType)
      response.end(text)
    } catch (error) {
      refuse(response, error, 'openai', log)
    }
  })
  server.on('connect', ({ socket }) => answerTunnel(socket, { newest: undefined, onRefused: () => {} }))
  return server
}
