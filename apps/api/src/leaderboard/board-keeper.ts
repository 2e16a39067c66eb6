/**
 * Keeps the newest boards for whoever asks again: the ratings' bootstrap takes up to half a second, the same races give
 * the same board, and a page that ten people look at asks for it ten times.
 *
 * Boards are worked out one at a time: the pieces of two in a row would block the event loop for twice as long.
 */
import type { Leaderboard } from '@drag-race/contracts'

export interface BoardKeeper {
  /** `key` holds everything that the board depends on. A board that failed is not kept. */
  keep(key: string, work: () => Promise<Leaderboard>): Promise<Leaderboard>
}

/** Enough for a few choices of the filters; a board takes some 50 kB. */
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
