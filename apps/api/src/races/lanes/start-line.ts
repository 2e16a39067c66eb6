/**
 * Lanes wait here with their requests built and serialised. When the last has arrived, or turned back, and all is quiet, the
 * light goes green and all leave in the same tick, in an order drawn anew for each race: the first to leave has a head start
 * of some microseconds, which no lane should have always.
 */
export interface StartPlace {
  /** Resolves at the green light. */
  ready(): Promise<void>
  /** This lane will not start, or has started already: nobody waits for it. */
  leave(): void
}

export interface StartLineParts {
  /** In [0, 1): draws the order in which the lanes leave. */
  random(): number
  /** Calls back in a later step: in its own, the lane that came last is not waiting yet, and would always leave last. */
  settle(go: () => void): void
  onGreenLight(): void
}

export function createStartLine(lanes: number, { random, settle, onGreenLight }: StartLineParts) {
  const waiting: (() => void)[] = []
  let expected = lanes

  function arrive() {
    expected--
    if (expected === 0) settle(release)
  }

  function release() {
    onGreenLight()
    for (const go of shuffle(waiting, random)) go()
  }

  return {
    join(): StartPlace {
      let isExpected = true
      const count = () => {
        if (!isExpected) return
        isExpected = false
        arrive()
      }
      return {
        ready: () =>
          new Promise((resolve) => {
            waiting.push(resolve)
            count()
          }),
        leave: count,
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
