/**
 * Start, Stop and Race again are one button in turn, each where the other was: the second half of a double click, or a key that is
 * held, means the word that stood there, not the one that took its place.
 */

/** A double click is over by then; nobody reads a new word, means it and presses sooner. */
const restMs = 600

export interface Press {
  /** How many clicks in a row this is; 0 from the keyboard. */
  detail: number
  /** On the page's clock. */
  timeStamp: number
}

/** Says of each press whether it counts. A press that does not count makes no other one wait. */
export function createPressGuard(): (press: Press) => boolean {
  let countedAt = Number.NEGATIVE_INFINITY
  return ({ detail, timeStamp }) => {
    if (detail > 1 || timeStamp - countedAt < restMs) return false
    countedAt = timeStamp
    return true
  }
}
