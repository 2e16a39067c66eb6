/** `GET /api/health`: degraded while the gateway does not answer, an error while the history cannot be used. */
import type { Health } from '@drag-race/contracts'
import express from 'express'
import type { AppContext } from './app-context.ts'
import type { Clock } from './clock/index.ts'
import type { Catalog } from './models/index.ts'
import { isOwnGateway } from './own-gateway.ts'
import type { LaneThread, Races } from './races/index.ts'

export interface HealthParts {
  catalog: Catalog
  races: Races
  laneThread: LaneThread
  clock: Clock
  version: string
}

export function createHealthRoutes(
  context: AppContext,
  { catalog, races, laneThread, clock, version }: HealthParts,
): express.Router {
  const router = express.Router()
  router.get('/health', async (_request, response) => {
    context.db.check()
    const [{ isReachable }, isOwn] = await Promise.all([catalog.read(), isOwnGateway(context)])
    response.json({
      status: isReachable ? 'ok' : 'degraded',
      version,
      gateway: { url: context.gateway.url, isBuiltIn: isOwn, isReachable },
      races: {
        running: races.running,
        unwritten: races.unwritten,
        unwrittenReason: races.unwrittenReason,
      },
      marginMs: clock.calibration?.marginMs ?? races.marginMs,
      calibration: clock.calibration,
      isCalibrating: clock.isCalibrating,
      isRealTime: laneThread.isRealTime,
    } satisfies Health)
  })
  return router
}
