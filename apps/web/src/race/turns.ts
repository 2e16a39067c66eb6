/**
 * Which lanes are drawn in a frame. As long as a frame's work fits, all lanes are drawn in every frame. When it does
 * not, lanes take turns, each in every second, third or fourth frame: an answer that grows fifteen times a second reads
 * the same, and the page can still be scrolled.
 *
 * A frame's work is the time from its beginning until it is painted, so it includes the browser's layout, and waiting
 * for a processor core.
 */
export interface Turn {
  frame: number
  /** Every lane is drawn in one of this many frames. */
  stride: number
}

export const strideMax = 4
/** Half a frame at 60 Hz: the other half is left for scrolling and typing. */
const workMs = 8
/** The weight of the newest frame in the average: a single long frame changes nothing. */
const newestShare = 0.05

export const firstTurn: Turn = { frame: 0, stride: 1 }

export function createTurns() {
  let turn = firstTurn
  /** The average work of a frame that draws all lanes. */
  let wholeMs = 0
  return {
    /** The turn of the frame that begins now. */
    next(lanes: number): Turn {
      const wanted = Math.min(strideMax, lanes, Math.ceil(wholeMs / workMs))
      const stride = Math.max(1, wanted)
      // The same object as long as no lane waits for a turn.
      if (stride > 1 || turn.stride > 1) turn = { frame: turn.frame + 1, stride }
      return turn
    },
    painted(afterMs: number): void {
      wholeMs += newestShare * (afterMs * turn.stride - wholeMs)
    },
  }
}

export function hasTurn(lane: number, { frame, stride }: Turn): boolean {
  return (frame + lane) % stride === 0
}
