/**
 * What running clocks show, and from where: the live race goes on between two events, a replay stands where its cursor is.
 * Displays only; no figure is taken from it.
 */
import { createContext } from 'react'

export interface DisplayClock {
  /** Milliseconds since the green light; null when nothing more will come. */
  raceMs(): number | null
  /** The same, as far as it is known what happened: null also while the connection to the tape is lost. */
  heardMs(): number | null
  /** A live clock never goes back; a replay may be sent back. */
  canGoBack: boolean
}

/** Clocks rest where they were last drawn. */
export const restingClock: DisplayClock = { raceMs: () => null, heardMs: () => null, canGoBack: false }

export const DisplayClockContext = createContext(restingClock)
