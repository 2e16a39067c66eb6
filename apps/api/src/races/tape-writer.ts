/**
 * Brings a running tape to the database in parts, so that killing the app loses at most the last moments of it.
 *
 * One write at a time. One that fails is tried again with the next, whole: the tape still has everything. But in a race
 * that another program changed it has no place, now or later.
 */
import type { Logger } from 'pino'
import { isChanged } from '../history/database-advice.ts'
import type { TapePart } from '../history/tape-parts.ts'
import type { Tape } from './tape.ts'

/** With the write itself and a busy moment, what a kill takes stays under 250 ms. */
const writeEveryMs = 150
/**
 * On a full disk each attempt is longer than the last, and in vain: they come at half the rate of those before, down to
 * this.
 */
const writeEveryMsMax = 5_000

export interface TapeWriter {
  /** Something was appended. */
  touch(): void
  /**
   * Waits for a write under way, writes no more by itself, and gives back what is not written yet; null when nothing.
   */
  finish(): Promise<TapePart | null>
}

/** The first event is in the database already, with the race. */
export function createTapeWriter(
  tape: Tape,
  write: (part: TapePart) => Promise<void>,
  log: Logger,
): TapeWriter {
  let next = 1
  let timer: NodeJS.Timeout | null = null
  let writing: Promise<void> | null = null
  let hasFinished = false
  let failures = 0
  let hasNoPlace = false

  function unwritten(): TapePart | null {
    const toSeq = tape.length - 1
    return next > toSeq ? null : { fromSeq: next, toSeq, lines: tape.lines(next, toSeq).join('\n') }
  }

  async function flush() {
    const part = unwritten()
    if (!part) return
    try {
      await write(part)
      next = part.toSeq + 1
      failures = 0
    } catch (error) {
      failures++
      hasNoPlace = isChanged(error)
      if (failures === 1) {
        const outlook = hasNoPlace ? 'another program changed this race in the history' : 'it is tried again'
        log.error({ error }, `a part of the tape could not be written; ${outlook}`)
      }
    }
  }

  function schedule() {
    if (timer || writing || hasFinished || hasNoPlace) return
    timer = setTimeout(
      () => {
        timer = null
        writing = flush().finally(() => {
          writing = null
          if (next < tape.length) schedule()
        })
      },
      Math.min(writeEveryMs * 2 ** failures, writeEveryMsMax),
    )
  }

  return {
    touch: schedule,
    async finish() {
      hasFinished = true
      if (timer) clearTimeout(timer)
      await writing
      return unwritten()
    },
  }
}
