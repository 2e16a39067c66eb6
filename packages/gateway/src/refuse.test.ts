import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createReadiness } from './drain.ts'
import { createMetricsServer } from './metrics-server.ts'
import { arrivalDefault, createGatewayServer } from './server.ts'
import type { ErrorBody } from './testing/gateway.ts'

const failing = () => {
  throw new Error('books on fire')
}

test.each([
  [
    'gateway',
    (log: pino.Logger) =>
      createGatewayServer({
        current: failing,
        allowedHosts: null,
        arrival: arrivalDefault,
        onRefused() {},
        log,
      }),
  ],
  [
    'metrics',
    (log: pino.Logger) => {
      const registry = new Registry()
      registry.metrics = failing
      return createMetricsServer(
        registry,
        createReadiness(() => null),
        log,
      )
    },
  ],
])(
  'an internal error of the %s server is logged under the request id that the caller gets',
  async (_, open) => {
    const logs: Record<string, unknown>[] = []
    const server = open(pino({ base: null }, { write: (line) => void logs.push(JSON.parse(line)) }))
    const response = await fetch(`${await listen(server)}/metrics`)
    const { error } = (await response.json()) as ErrorBody
    server.close()
    const requestId = response.headers.get('x-gateway-request-id')
    expect([response.status, error.code]).toEqual([500, 'internal_error'])
    expect(error.message).toContain(requestId)
    expect(error.message).not.toContain('fire')
    expect(logs).toMatchObject([{ requestId, err: { message: 'books on fire' } }])
  },
)

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
