/**
 * Work that can wait until the sockets have been read. Bytes are stamped where they arrive and laid on this desk; one piece is
 * taken from it a turn of the event loop, and between two pieces every socket that has bytes is read and stamped.
 *
 * Otherwise lanes whose tokens come in the same moment would be stamped one after the other, each behind the parsing of those
 * before it: at 16 lanes the last of them a millisecond or more late.
 */
export type Desk = (work: () => void) => void

/** Holds no more than what has arrived and is not read yet; `responseBytesMax` bounds that for each lane. */
export function createDesk(nextTurn: (go: () => void) => void = setImmediate): Desk {
  let waiting: (() => void)[] = []
  let nextIndex = 0
  let isWorking = false

  function turn() {
    const work = waiting[nextIndex++]
    if (nextIndex < waiting.length) {
      nextTurn(turn)
    } else {
      waiting = []
      nextIndex = 0
      isWorking = false
    }
    work?.()
  }

  return (work) => {
    waiting.push(work)
    if (isWorking) return
    isWorking = true
    nextTurn(turn)
  }
}
