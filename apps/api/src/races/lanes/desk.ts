/**
 * A queue of work that can wait until the sockets have been read. Bytes are stamped where they arrive and laid on this
 * desk; in each turn of the event loop one piece is taken from it, and between two pieces every socket that has bytes
 * is read and stamped.
 *
 * Otherwise lanes whose tokens come in the same moment would be stamped one after the other, each behind the parsing of
 * those before it: at 16 lanes the last of them a millisecond or more late.
 */
export interface Desk {
  /** `stampNs`: when the bytes arrived. What `work` throws goes to `fail`; uncaught it would end every race. */
  lay(stampNs: bigint, work: () => void, fail: (error: unknown) => void): void
  /** The oldest stamp of the waiting work: all events before it are known. null when no work waits. */
  readonly oldestNs: bigint | null
}

interface Piece {
  stampNs: bigint
  work: () => void
  fail: (error: unknown) => void
}

/** Holds what has arrived since the desk was last empty; `responseBytesMax` limits that for each lane. */
export function createDesk(nextTurn: (go: () => void) => void = setImmediate): Desk {
  let waiting: Piece[] = []
  let nextIndex = 0
  let isWorking = false

  function turn() {
    const piece = waiting[nextIndex++]
    if (nextIndex < waiting.length) {
      nextTurn(turn)
    } else {
      waiting = []
      nextIndex = 0
      isWorking = false
    }
    try {
      piece?.work()
    } catch (error) {
      piece?.fail(error)
    }
  }

  return {
    lay(stampNs, work, fail) {
      waiting.push({ stampNs, work, fail })
      if (isWorking) return
      isWorking = true
      nextTurn(turn)
    },
    get oldestNs() {
      // Not simply the first one: a lane with several frames lays down the next, with an old stamp, when one is read.
      let oldest: bigint | null = null
      for (let index = nextIndex; index < waiting.length; index++) {
        const { stampNs } = waiting[index]!
        if (oldest === null || stampNs < oldest) oldest = stampNs
      }
      return oldest
    },
  }
}
