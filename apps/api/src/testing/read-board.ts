import type { LeaderboardQuery } from '@drag-race/contracts'
import { createBoard } from '../leaderboard/board.ts'
import type { LaneRow, RaceRow } from '../leaderboard/judge-race.ts'
import { race } from './raced-lanes.ts'

type Query = Pick<LeaderboardQuery, 'by' | 'stream'>

/** The board of these races, without a database. */
export function board(races: RaceRow[], query: Query = { by: 'total' }) {
  const built = createBoard(query)
  for (const each of races) built.add(each)
  return built.result()
}

/** Model, races, wins and dead heats of each row. */
export async function summary(races: RaceRow[], query?: Query) {
  return (await board(races, query)).rows.map(({ model, races, wins, deadHeats }) => [
    model,
    races,
    wins,
    deadHeats,
  ])
}

/** Why one race of these lanes is in no figure. */
export async function whyNot(lanes: LaneRow[], other: Partial<RaceRow> = {}, query: Query = { by: 'total' }) {
  return (await board([race(lanes, other)], query)).leftOut
}
