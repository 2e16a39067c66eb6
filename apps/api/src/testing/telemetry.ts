/** A gateway's metrics page, and the app's telemetry that reads it; all are closed when the test ends. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { GatewayStats } from '@drag-race/contracts'
import pino from 'pino'
import { onTestFinished } from 'vitest'
import type { AppContext, GatewayAddress } from '../app-context.ts'
import { openDatabase } from '../history/open-database.ts'
import { createTelemetry, createTelemetryRoutes } from '../telemetry/index.ts'
import { serveRoutes } from './serve-routes.ts'

export const page = (requests: number, ttftSeconds = requests) => `
gen_ai_server_request_duration_seconds_count{gen_ai_provider_name="openai",gen_ai_request_model="a"} ${requests}
gen_ai_server_time_to_first_token_seconds_count{gen_ai_provider_name="openai",gen_ai_request_model="a"} ${requests}
gen_ai_server_time_to_first_token_seconds_sum{gen_ai_provider_name="openai",gen_ai_request_model="a"} ${ttftSeconds}
gateway_overhead_seconds_bucket{le="0.001"} ${requests}
gateway_overhead_seconds_bucket{le="+Inf"} ${requests}
`

export async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A port on which nobody listens any more. */
export async function nowhere(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}

/** A gateway that shows whatever page it holds, and keeps the Authorization headers that it was sent. */
export async function startGateway(body = page(3)) {
  const gateway = { body, status: 200, url: '', authorizations: [] as (string | undefined)[] }
  gateway.url = await listen((request, response) => {
    gateway.authorizations.push(request.headers.authorization)
    response.writeHead(gateway.status, { 'content-type': 'text/plain; version=0.0.4' }).end(gateway.body)
  })
  return gateway
}

export async function startTelemetry(url: string, other: Partial<GatewayAddress> = {}) {
  const db = await openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  const context: AppContext = {
    db,
    log: pino({ level: 'silent' }),
    gateway: { url, metricsUrl: `${url}/metrics`, isDefaultAddress: true, apiKey: null, ...other },
    now: () => new Date('2026-05-04T10:00:00Z'),
    nowMs: () => 0,
  }
  // A short limit: the test of a gateway that never answers waits for it.
  const telemetry = createTelemetry(context, { timeoutMs: 500, bytesMax: 10_000 })
  const apiUrl = await serveRoutes(createTelemetryRoutes(context, telemetry))
  const get = (query = '') => fetch(`${apiUrl}/gateway-stats${query}`)
  const stats = async (query = '') => (await (await get(query)).json()) as GatewayStats
  return { db, telemetry, get, stats }
}
