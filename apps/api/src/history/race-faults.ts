/** Why a request about a race of the history is refused: there is no such race, or it is not over yet. */
import type { RaceState } from '@drag-race/contracts'
import { ApiFault, notFound } from '../api-fault.ts'

export const noSuchRace = notFound('There is no race with this id. It may have been deleted.')

/**
 * For a race whose row says that it runs. `live`: its fold if it runs, or has ended here and is not written. `then`:
 * what the client asked for, as an imperative.
 */
export function notOver(live: RaceState | null, then: string): ApiFault {
  return live && !live.end
    ? new ApiFault(
        409,
        'still_running',
        `This race still runs. Stop it first, or wait for its end, then ${then}.`,
      )
    : new ApiFault(
        409,
        'not_written',
        `The database refused the end of this race, which is tried again: its disk is full, or another program holds it. See to that, then ${then}.`,
      )
}
