/** docs/api.md is written by hand. This checks that it names every route, and no route that does not exist. */
import { readFileSync } from 'node:fs'
import type { Router } from 'express'
import pino from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from './history/index.ts'
import type { LaneThread } from './races/index.ts'
import { createServer } from './server.ts'

const laneThread: LaneThread = { isRealTime: false, run() {}, stop() {}, async close() {} }

async function startServer() {
  const db = await openDatabase(':memory:')
  const gateway = { url: 'http://127.0.0.1:9', metricsUrl: '', isDefaultAddress: true, apiKey: null }
  const context = { db, log: pino({ level: 'silent' }), gateway, now: () => new Date(), nowMs: () => 0 }
  const server = createServer(context, {
    host: '127.0.0.1',
    allowedHosts: [],
    version: '0.0.0',
    simulatorUrl: 'http://127.0.0.1:9',
    webFolder: '/nowhere',
    laneThread,
  })
  onTestFinished(async () => {
    await server.close()
    await db.destroy()
  })
  return server.app
}

/** `GET /races/:id`, as Express holds them: a router in a router, each with its layers. */
function toRoutes({ stack }: Pick<Router, 'stack'>): string[] {
  return stack.flatMap(({ route, handle }) => {
    if (!route) return 'stack' in handle ? toRoutes(handle as unknown as Router) : []
    const methods = route.stack.map(({ method }) => method.toUpperCase())
    // A path that is a pattern is the web's: every other path is a page.
    const paths = [route.path].flat().filter((path) => typeof path === 'string')
    return paths.flatMap((path) => methods.map((method) => `${method} ${path}`))
  })
}

test('docs/api.md has a section for each route', async () => {
  const app = await startServer()
  const routes = new Set(toRoutes(app.router))
  const text = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8')
  const named = [...text.matchAll(/^### `([A-Z]+) \/api(\/\S*)`$/gm)].map(
    ([, method, path]) => `${method} ${path}`,
  )
  expect(named.toSorted()).toEqual([...routes].toSorted())
})
