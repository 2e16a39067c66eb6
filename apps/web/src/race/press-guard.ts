/**
 * Start, Stop and Race again take turns on one button: the second half of a double click, or a key that is held, means
 * the word that stood there before, not the one that took its place.
 */

/** After this a double click is over, and nobody reads a new word and presses the button sooner. */
const restMs = 600

export interface Press {
  /** How many clicks in a row this is; 0 from the keyboard. */
  detail: number
  /** On the page's clock. */
  timeStamp: number
}

/** Returns a function that says whether a press counts. A press that does not count does not delay the next one. */
export function createPressGuard(): (press: Press) => boolean {
  let countedAt = Number.NEGATIVE_INFINITY
  return ({ detail, timeStamp }) => {
    if (detail > 1 || timeStamp - countedAt < restMs) return false
    countedAt = timeStamp
    return true
  }
}
