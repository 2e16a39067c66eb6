/** The history: `GET /api/races`, `GET /api/races/:id`, `DELETE /api/races/:id`. */
import { RaceQuery } from '@drag-race/contracts'
import express from 'express'
import { parseOrFault } from '../api-fault.ts'
import type { AppContext } from '../app-context.ts'
import type { FindLive } from './find-live.ts'
import { noSuchRace, notOver } from './race-faults.ts'
import { createRaceStore } from './store.ts'

export function createHistoryRoutes({ db }: AppContext, live: FindLive): express.Router {
  const store = createRaceStore(db)
  const router = express.Router()

  router.get('/races', async (request, response) => {
    const query = parseOrFault(RaceQuery, request.query)
    response.json(await store.list(query, live, () => !response.closed))
  })

  router.get('/races/:id', async (request, response) => {
    const { id } = request.params
    const race = await store.find(id, live(id))
    if (!race) throw noSuchRace
    response.json(race)
  })

  router.delete('/races/:id', async (request, response) => {
    const { id } = request.params
    const status = await store.statusOf(id)
    if (status === null) throw noSuchRace
    // A row that says `running` although its race does not run, because its end could not be written, can be deleted.
    const state = live(id)
    if (status === 'running' && state) throw notOver(state, 'delete it')
    await store.delete(id)
    response.status(204).end()
  })

  return router
}
