/** `GET /api/leaderboard`: by finish line, prompt category, streaming or not, time span. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { LeaderboardQuery } from '@drag-race/contracts'
import express from 'express'
import { parseOrFault } from '../api-fault.ts'
import type { AppContext } from '../app-context.ts'
import { createBoard } from './board.ts'
import { countRaces, readRaces } from './query.ts'

/** The newest races that a board is made of; all their figures are in memory at once. Older ones are told as left out. */
export const racesMax = 10_000

export function createLeaderboardRoutes(context: AppContext, limit = racesMax): express.Router {
  const router = express.Router()

  router.get('/leaderboard', async (request, response) => {
    const query = parseOrFault(LeaderboardQuery, request.query)
    const now = context.now()
    const board = createBoard(query)
    let read = 0
    for await (const race of readRaces(context.db, query, now, limit)) {
      board.add(race)
      read++
    }
    if (read === limit) {
      const older = (await countRaces(context.db, query, now)) - read
      board.leaveOut(`older than the newest ${limit} races`, older)
    }
    response.json(await board.result(nextTurn))
  })

  return router
}
