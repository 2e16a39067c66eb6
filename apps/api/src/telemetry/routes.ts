/** `GET /api/gateway-stats`: the telemetry panel. When the gateway cannot be read the answer is a 200 that says why. */
import { type GatewayRow, type GatewayStats, GatewayStatsQuery } from '@drag-race/contracts'
import express from 'express'
import { parseOrFault } from '../api-fault.ts'
import type { AppContext } from '../app-context.ts'
import type { Telemetry, TelemetryReading } from './telemetry.ts'

export function createTelemetryRoutes(context: AppContext, telemetry: Telemetry): express.Router {
  const router = express.Router()

  router.get('/gateway-stats', async (request, response) => {
    const { race } = parseOrFault(GatewayStatsQuery, request.query)
    const reading = await telemetry.read()
    const stats: GatewayStats = {
      ...reading.stats,
      added: race === undefined ? null : await addedBy(race, reading),
    }
    response.json(stats)
  })

  /**
   * While it runs: now minus its start. Afterwards: what was stored at its end, whatever the gateway has done since.
   */
  async function addedBy(raceId: string, { stats, rows }: TelemetryReading): Promise<GatewayRow[] | null> {
    const race = await context.db
      .selectFrom('races')
      .select(['status', 'gateway_added_json'])
      .where('id', '=', raceId)
      .executeTakeFirst()
    // A race that is not found is not refused: one that has just begun may not be written yet.
    if (race === undefined || race.status === 'running') {
      return stats.dialect === 'unknown' ? null : telemetry.addedSince(raceId, rows)
    }
    return race.gateway_added_json === null ? null : (JSON.parse(race.gateway_added_json) as GatewayRow[])
  }

  return router
}
