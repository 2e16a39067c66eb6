/**
 * Writes a running tape to the database in parts, so that a kill loses at most its last moments.
 *
 * One write at a time. One that fails is repeated with the next, because the tape still has everything. Writing ends
 * when another program has changed the race: then no attempt can succeed.
 */
import type { Logger } from 'pino'
import { isChanged } from '../history/database-advice.ts'
import type { TapePart } from '../history/tape-parts.ts'
import type { Tape } from './tape.ts'

/** With the write itself and a busy moment, a kill loses less than 250 ms. */
const writeEveryMs = 150
/**
 * On a full disk each attempt writes more than the last and fails, so the wait doubles after each, up to this.
 */
const writeEveryMsMax = 5_000

export interface TapeWriter {
  /** To be called when something was appended. */
  touch(): void
  /**
   * Waits for a write under way, writes no more by itself, and returns what is not written yet; null when all is.
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
