/**
 * Lanes wait here with their requests built and serialised. When the last has arrived, or will not start, all are
 * staged, the light goes green and all leave, in the same tick and in an order drawn anew for each race: the first to
 * leave has a head start of some microseconds, which should not always be the same lane's.
 */
export interface Starter {
  /** Called right before the light, for work that is not to be measured. */
  stage(): void
  /** Called at the light. Work that can wait until all have left is done after `ready` has resolved. */
  leave(): void
}

export interface StartPlace {
  /** Resolves when all have left. */
  ready(starter: Starter): Promise<void>
  /** This lane will not start, or has started already: the others do not wait for it. */
  leave(): void
}

export function createStartLine(lanes: number, random: () => number, onGreenLight: () => void) {
  const waiting: { starter: Starter; resolve(): void }[] = []
  let expected = lanes

  function arrive() {
    expected--
    // In a microtask: by then `ready` of the lane that came last has returned its promise.
    if (expected === 0) queueMicrotask(release)
  }

  function release() {
    const order = shuffle(waiting, random)
    for (const { starter } of order) starter.stage()
    onGreenLight()
    for (const { starter } of order) starter.leave()
    for (const { resolve } of order) resolve()
  }

  return {
    join(): StartPlace {
      let isExpected = true
      const settle = () => {
        if (!isExpected) return
        isExpected = false
        arrive()
      }
      return {
        ready: (starter) =>
          new Promise((resolve) => {
            waiting.push({ starter, resolve })
            settle()
          }),
        leave: settle,
      }
    },
  }
}

/** Fisher and Yates. */
function shuffle<Item>(items: readonly Item[], random: () => number): Item[] {
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const item = shuffled[last]!
    shuffled[last] = shuffled[other]!
    shuffled[other] = item
  }
  return shuffled
}
