/**
 * `GET /api/leaderboard`: by finish line, prompt category, streaming or not, time span, tags.
 * `GET /api/leaderboard/paired`: two models over the races that both ran.
 */
import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { LeaderboardQuery, PairedQuery } from '@drag-race/contracts'
import express from 'express'
import { parseOrFault } from '../api-fault.ts'
import type { AppContext } from '../app-context.ts'
import { createBoard } from './board.ts'
import { createBoardKeeper } from './board-keeper.ts'
import type { RaceRow } from './judge-race.ts'
import { createPairing } from './paired.ts'
import { countRaces, type RaceFilter, readRaces } from './read-races.ts'

/**
 * A board is made of this many of the newest races; all their figures are in memory at once. It reports how many older
 * ones were left out.
 */
const racesMax = 10_000

/**
 * A race of sixteen lanes has 120 pairs of lanes to compare, and a page of such races 12,000: the event loop gets its
 * turn in between.
 */
const pairsBetweenTurns = 2_000

export function createLeaderboardRoutes(context: AppContext, limit = racesMax): express.Router {
  const router = express.Router()
  const keeper = createBoardKeeper()

  router.get('/leaderboard', async (request, response) => {
    const query = parseOrFault(LeaderboardQuery, request.query)
    const board = createBoard(query)
    const hash = createHash('sha256').update(JSON.stringify(query))
    const older = await readInto(query, (race) => {
      board.add(race)
      // A race that is over does not change, but it can be deleted and imported again under the same id.
      hash.update(`${race.id} ${race.status} ${race.isImported}\n`)
    })
    board.leaveOut(tooOld, older)
    const key = hash.update(String(older)).digest('hex')
    response.json(await keeper.keep(key, () => board.result(nextTurn)))
  })

  router.get('/leaderboard/paired', async (request, response) => {
    const query = parseOrFault(PairedQuery, request.query)
    const pairing = createPairing(query)
    pairing.leaveOut(tooOld, await readInto(query, (race) => pairing.add(race)))
    response.json(pairing.result())
  })

  /** Passes each race to `add`; returns how many races are older than those. */
  async function readInto(filter: RaceFilter, add: (race: RaceRow) => void): Promise<number> {
    const now = context.now()
    let read = 0
    let pairs = 0
    for await (const race of readRaces(context.db, filter, now, limit)) {
      add(race)
      read++
      pairs += race.lanes.length ** 2
      if (pairs > pairsBetweenTurns) {
        pairs = 0
        await nextTurn()
      }
    }
    return read === limit ? (await countRaces(context.db, filter, now)) - read : 0
  }
  const tooOld = `older than the newest ${limit} races`

  return router
}
