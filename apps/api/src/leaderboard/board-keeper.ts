/**
 * Boards that were worked out lately, for those who ask again: the ratings' bootstrap takes up to half a second, the
 * same races give the same board, and a page that is looked at by ten people asks ten times.
 *
 * One board is worked out at a time, so that the pauses of two never make one long block of the event loop.
 */
import type { Leaderboard } from '@drag-race/contracts'

export interface BoardKeeper {
  /** `key` says all that the board depends on. A board that failed is forgotten. */
  keep(key: string, work: () => Promise<Leaderboard>): Promise<Leaderboard>
}

/** A few choices of the filters, some 50 kB each. */
const boardsMax = 8

export function createBoardKeeper(): BoardKeeper {
  const boards = new Map<string, Promise<Leaderboard>>()
  let last: Promise<unknown> = Promise.resolve()
  return {
    keep(key, work) {
      const known = boards.get(key)
      if (known) return known
      const board = last.then(work)
      last = board.catch(() => boards.delete(key))
      boards.set(key, board)
      const [oldest] = boards.keys()
      if (boards.size > boardsMax && oldest !== undefined) boards.delete(oldest)
      return board
    },
  }
}
