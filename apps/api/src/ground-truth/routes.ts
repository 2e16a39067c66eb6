/**
 * `GET /api/races/:id/ground-truth`: how far the times of a finished race are from those in the simulator's ledger. The
 * result is not stored.
 */
import express from 'express'
import type { AppContext } from '../app-context.ts'
import type { FindLive } from '../history/find-live.ts'
import { noSuchRace, notOver } from '../history/race-faults.ts'
import { createRaceStore } from '../history/store.ts'
import { foldTape } from '../history/tape-parts.ts'
import { readGroundTruth } from './read-ground-truth.ts'

export interface GroundTruthParts {
  simulatorUrl: string
  live: FindLive
}

export function createGroundTruthRoutes(
  { db }: AppContext,
  { simulatorUrl, live }: GroundTruthParts,
): express.Router {
  const store = createRaceStore(db)
  const router = express.Router()

  router.get('/races/:id/ground-truth', async (request, response) => {
    const { id } = request.params
    const race = await store.find(id, null)
    if (!race) throw noSuchRace
    const state = live(id) ?? (await foldTape(db, id))
    if (!state.end) throw notOver(live(id), 'compare it with the ledger')
    response.json(await readGroundTruth(state, { simulatorUrl, isImported: race.origin === 'imported' }))
  })

  return router
}
