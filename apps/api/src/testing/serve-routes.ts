/** Routes without the app, on a port of their own until the test is over. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { onTestFinished } from 'vitest'
import type { ApiFault } from '../api-fault.ts'

/** Returns the address of the API. Errors of the routes are answered as by the app. */
export async function serveRoutes(routes: express.Router): Promise<string> {
  const app = express()
  app.use(express.json())
  app.use('/api', routes)
  app.use(((fault, _request, response, _next) => {
    const { status, code, message, details } = fault as ApiFault
    response.status(status).json({ error: { code, message, details } })
  }) satisfies express.ErrorRequestHandler)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`
}
