/**
 * The clock that running displays show: of a live race it runs on between two events, of a replay it is where the
 * cursor is. For display only; no figure is taken from it.
 */
import { createContext } from 'react'

export interface DisplayClock {
  /** Milliseconds since the green light; null when nothing more will come. */
  raceMs(): number | null
  /** The same, but null also while the connection to the tape is lost, when nobody knows what happens. */
  heardMs(): number | null
  /** A live clock never goes back; a replay's cursor can be moved back. */
  canGoBack: boolean
}

/** Clocks stay at the time that they last showed. */
export const restingClock: DisplayClock = { raceMs: () => null, heardMs: () => null, canGoBack: false }

export const DisplayClockContext = createContext(restingClock)
