/**
 * Brings the end of a race to the database. Until it is written viewers read from the running tape, be it for hours:
 * room can be made on a full disk. What is not written when the app goes down, the next start finds as interrupted.
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
  /** After one more attempt at most. */
  giveUp(): void
  /** Why the database refused the last time; null while it has not. */
  readonly refusal: unknown
}

export interface RaceKeeperOptions {
  id: string
  tape: Tape
  writer: TapeWriter
  store: RaceStore
  log: Logger
}

/** A disk that is full, or a database that another program holds: so often is it tried again. */
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

const changed = 'another program changed this race in the history: what is not written yet has no place there'
