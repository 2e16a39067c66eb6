/**
 * Whose turn it is to be drawn. As long as a frame's work fits, every lane is drawn in every frame. When it does not, lanes take
 * turns, each in every second, third or fourth frame: an answer that grows fifteen times a second reads the same, and the page
 * keeps scrolling.
 *
 * A frame's work is the time from its beginning until it is painted. So the browser's layout is in it, and waiting for a core.
 */
export interface Turn {
  frame: number
  /** Every lane is drawn in one of so many frames. */
  stride: number
}

export const strideMax = 4
/** Half of what a display of 60 Hz leaves: the other half is for who scrolls and types. */
const workMs = 8
/** Of the newest frame in the average: a single long one changes nothing. */
const newestShare = 0.05

export const firstTurn: Turn = { frame: 0, stride: 1 }

export function createTurns() {
  let turn = firstTurn
  /** A frame that draws all lanes. */
  let wholeMs = 0
  return {
    /** Of the frame that begins now. */
    next(lanes: number): Turn {
      const wanted = Math.min(strideMax, lanes, Math.ceil(wholeMs / workMs))
      const stride = Math.max(1, wanted)
      // The same object as long as nobody has to wait for a turn.
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
