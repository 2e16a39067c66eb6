/** Mounts every feature: which of them answers which URL. */
import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'
import type { AppContext } from './app-context.ts'
import { type Clock, type ClockLimits, createClock, createClockRoutes } from './clock/index.ts'
import { answerErrors, unknownEndpoint } from './error-handler.ts'
import { createExportRoutes } from './exports/index.ts'
import { createGroundTruthRoutes } from './ground-truth/index.ts'
import { createHealthRoutes } from './health.ts'
import { createHistoryRoutes } from './history/index.ts'
import { createImportRoutes } from './imports/index.ts'
import { createLeaderboardRoutes } from './leaderboard/index.ts'
import { createCatalog, createModelRoutes } from './models/index.ts'
import { createPromptRoutes } from './prompts/index.ts'
import {
  createRaceRoutes,
  createRaces,
  type LaneThread,
  type RaceLimits,
  type ViewerLimits,
} from './races/index.ts'
import { createRightOfWay } from './right-of-way.ts'
import { allowHosts, type HostRules } from './security/allowed-hosts.ts'
import { securityHeaders } from './security/headers.ts'
import { jsonBodies } from './security/json-bodies.ts'
import { sameOriginOnly } from './security/same-origin.ts'
import { createTelemetry, createTelemetryRoutes } from './telemetry/index.ts'
import { serveWeb } from './web-files.ts'

export interface ServerOptions extends HostRules {
  version: string
  /** Its ledger is what the clock is measured against. Without a slash at the end. */
  simulatorUrl: string
  /** The built web. */
  webFolder: string
  clockLimits?: ClockLimits
  raceLimits?: RaceLimits
  viewerLimits?: ViewerLimits
  laneThread: LaneThread
}

export interface AppServer {
  app: express.Express
  clock: Clock
  /** Ends running races as interrupted, and waits until they are written. */
  close(): Promise<void>
}

export function createServer(context: AppContext, options: ServerOptions): AppServer {
  const catalog = createCatalog(context)
  const telemetry = createTelemetry(context)
  const { laneThread } = options
  const clock = createClock(
    {
      context,
      simulatorUrl: options.simulatorUrl,
      catalog,
      laneThread,
      isRacing: () => races.isRacing,
    },
    options.clockLimits,
  )
  const races = createRaces(context, { catalog, telemetry, laneThread, clock, limits: options.raceLimits })

  const api = express.Router()
  api.use(sameOriginOnly(options.allowedHosts))
  // Before the JSON parser, because an import is a file.
  api.use(createImportRoutes(context))
  api.use(...jsonBodies())
  api.use(createHealthRoutes(context, { catalog, races, laneThread, clock, version: options.version }))
  api.use(createClockRoutes(clock))
  const rightOfWay = createRightOfWay({
    isRacing: () => races.isRacing || clock.isCalibrating,
    nowMs: context.nowMs,
    rest: sleep,
  })
  api.get(pastPaths, rightOfWay)
  api.get('/races/:id/events', (request, response, next) =>
    races.find(request.params.id) ? next() : rightOfWay(request, response, next),
  )
  api.use(createRaceRoutes(context, races, options.viewerLimits))
  const live = (id: string) => races.find(id)?.tape.state ?? null
  api.use(createHistoryRoutes(context, live))
  api.use(createGroundTruthRoutes(context, { simulatorUrl: options.simulatorUrl, live }))
  api.use(createExportRoutes(context, { ...options, live }))
  api.use(createModelRoutes(catalog))
  api.use(createTelemetryRoutes(context, telemetry))
  api.use(createLeaderboardRoutes(context))
  api.use(createPromptRoutes(context))
  api.use(unknownEndpoint)

  const app = express()
  app.disable('x-powered-by')
  app.use(securityHeaders(), allowHosts(options))
  app.use('/api', noStore, api)
  app.use(serveWeb(options.webFolder))
  app.use(unknownEndpoint)
  app.use(answerErrors(context.log))
  return {
    app,
    clock,
    async close() {
      await clock.close()
      await races.close()
    },
  }
}

/** Answered from the database, with answers that can be large. */
const pastPaths = [
  '/races',
  '/races/:id',
  '/races/:id/export',
  '/races/:id/ground-truth',
  '/leaderboard',
  '/leaderboard/paired',
]

const noStore: express.RequestHandler = (_request, response, next) => {
  response.set('cache-control', 'no-store')
  next()
}
