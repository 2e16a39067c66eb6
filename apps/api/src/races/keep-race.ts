/**
 * Writes the end of a race to the database. Until that succeeds, viewers read from the tape in memory, if need be for
 * hours, because room can be made on a full disk. A race whose end is not written when the app stops is marked as
 * interrupted at the next start.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { isChanged } from '../history/database-advice.ts'
import type { RaceStore } from '../history/store.ts'
import type { Tape } from './tape.ts'
import type { TapeWriter } from './tape-writer.ts'

export interface RaceKeeper {
  /** Resolves when all of the tape is in the database; rejects when it never will be, or after `giveUp`. */
  keep(): Promise<void>
  /** `keep` then ends after at most one more attempt. */
  giveUp(): void
  /** The database's last error; null while there was none. */
  readonly refusal: unknown
}

export interface RaceKeeperOptions {
  id: string
  tape: Tape
  writer: TapeWriter
  store: RaceStore
  log: Logger
}

/** How often the write is tried again while the disk is full or another program holds the database. */
const retryMs = 1_000

export function createRaceKeeper({ id, tape, writer, store, log }: RaceKeeperOptions): RaceKeeper {
  const givingUp = new AbortController()
  let refusal: unknown = null
  return {
    async keep() {
      const rest = await writer.finish()
      for (;;) {
        try {
          await store.finish(id, tape.state, rest)
          if (refusal !== null) log.info('the end of this race is written after all')
          return
        } catch (error) {
          if (givingUp.signal.aborted) throw error
          if (isChanged(error)) throw new Error(changed, { cause: error })
          if (refusal === null)
            log.error({ error }, 'the end of this race could not be written; it is tried again')
          refusal = error
          await sleep(retryMs, undefined, { signal: givingUp.signal }).catch(() => {})
        }
      }
    },
    giveUp: () => givingUp.abort(),
    get refusal() {
      return refusal
    },
  }
}

const changed = 'another program changed this race in the history, so its end can no longer be written'
