/** `POST /api/calibrate`: measures the clock now and answers with what was found, after about three seconds. */
import express from 'express'
import type { Clock } from './clock.ts'

export function createClockRoutes(clock: Clock): express.Router {
  const router = express.Router()
  router.post('/calibrate', async (_request, response) => {
    response.json(await clock.calibrate())
  })
  return router
}
